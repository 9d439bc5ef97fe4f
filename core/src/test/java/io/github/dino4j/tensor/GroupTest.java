package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two processes of this machine. */
class GroupTest {
    /** A rank that does what its third argument says, and prints what came out. */
    static final class Rank {
        private Rank() {}

        public static void main(String[] args) {
            int rank = Integer.parseInt(args[0]);
            Group.Place place = new Group.Place(rank, 2, "127.0.0.1", Integer.parseInt(args[1]));
            try (Scope scope = Scope.open();
                    Group group = Group.join(place, Duration.ofSeconds(20))) {
                System.out.println("=" + (args[2].equals("dies") ? dies(group) : works(group)));
            } catch (GroupException e) {
                System.out.println("=" + e.getMessage());
            }
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }

        private static String works(Group group) {
            int mine = group.rank() + 1;
            Tensor one = Tensor.of(new float[] {mine, 10 * mine}, 2);
            group.sum(one);
            List<Tensor> many = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                many.add(Tensor.zeros(4 << 20).add(mine + i)); // 16 MB each, so two pieces
            }
            group.sum(many);
            Tensor gathered = group.gather(Tensor.of(new float[] {mine, -mine}, 1, 2));
            Tensor sent = Tensor.of(new float[] {mine}, 1);
            group.broadcast(sent, 1);
            group.meet();
            return Arrays.toString(one.toFloats())
                    + many.stream()
                            .map(t -> t.toFloats()[0] + "/" + t.toFloats()[(4 << 20) - 1])
                            .toList()
                    + Arrays.toString(gathered.toFloats())
                    + Arrays.toString(gathered.shape())
                    + Arrays.toString(sent.toFloats());
        }

        private static String dies(Group group) {
            if (group.rank() == 1) {
                Runtime.getRuntime().halt(9);
            }
            group.sum(Tensor.of(new float[] {1}, 1));
            return "nothing was missed";
        }
    }

    private static Process rank(int rank, int port, String what) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Rank.class.getName(),
                        Integer.toString(rank),
                        Integer.toString(port),
                        what)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String result(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("="))
                .findFirst()
                .orElse("");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void ranksSumGatherAndSend() throws IOException {
        int port = freePort();
        Process other = rank(1, port, "works");
        String first = result(rank(0, port, "works"));
        assertThat(first)
                .isEqualTo("=[3.0, 30.0][3.0/3.0, 5.0/5.0, 7.0/7.0][1.0, -1.0, 2.0, -2.0][2, 2][2.0]")
                .isEqualTo(result(other));
    }

    @Test
    void aRankThatDiesIsMissedByTheOther() throws IOException {
        int port = freePort();
        Process other = rank(1, port, "dies");
        assertThat(result(rank(0, port, "dies")))
                .contains("rank 0 of 2")
                .contains("lost another rank")
                .contains("in a sum");
        assertThat(result(other)).isEmpty();
    }

    @Test
    void aRankThatNeverComesIsNamed() throws IOException {
        Group.Place place = new Group.Place(0, 2, "127.0.0.1", freePort());
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Group.join(place, Duration.ofSeconds(2))))
                .isInstanceOf(GroupException.class)
                .hasMessageContaining("joining");
    }
}
