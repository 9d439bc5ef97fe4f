package io.github.dino4j.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.image.Box;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that index and are killed (SIGKILL) at random moments; what they said was committed must be there, once. */
class KilledUpdateTest {
    private static final int KILLS = 20;
    private static final int DIM = 16;
    private static final int PARTS = 3;
    private static final Spaces SPACES =
            new Spaces(FeatureSpace.named("whole", DIM), Optional.of(FeatureSpace.named("part", DIM)));

    /**
     * Puts images of 400 names over and over, each with the number of its round as an attribute, deletes some, and prints
     * {@code round name...} after each commit. Ends when it is killed.
     */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            Path folder = Path.of(args[0]);
            SplittableRandom random = new SplittableRandom(Long.parseLong(args[1]));
            try (ImageIndex index = ImageIndex.exists(folder)
                            ? ImageIndex.open(folder)
                            : ImageIndex.create(folder, SPACES, IndexOptions.DEFAULT);
                    IndexUpdate update = index.update()) {
                for (long round = Long.parseLong(args[2]); ; round++) {
                    StringBuilder line = new StringBuilder("committed " + round);
                    Set<Integer> names = new HashSet<>();
                    while (names.size() < 20) {
                        names.add(random.nextInt(400));
                    }
                    for (int name : names) {
                        boolean delete = random.nextInt(10) == 0;
                        if (delete) {
                            update.delete("image " + name);
                        } else {
                            update.put(image(name, round));
                        }
                        line.append(delete ? " -" : " ").append(name);
                    }
                    if (round % 50 == 49) {
                        update.compact();
                    } else {
                        update.commit();
                    }
                    System.out.println(line);
                    System.out.flush();
                }
            }
        }
    }

    private static IndexedImage image(int name, long round) {
        SplittableRandom random = new SplittableRandom(1000 * round + name);
        List<IndexedImage.Part> parts = new ArrayList<>();
        for (int i = 0; i < PARTS; i++) {
            parts.add(new IndexedImage.Part(new Box(i, 0, i + 1, 1), vector(random)));
        }
        return new IndexedImage("image " + name, vector(random), parts, Map.of("round", Long.toString(round)));
    }

    private static float[] vector(SplittableRandom random) {
        float[] vector = new float[DIM];
        for (int i = 0; i < DIM; i++) {
            vector[i] = (float) random.nextDouble(-1, 1);
        }
        return vector;
    }

    @Test
    void nothingAcknowledgedIsLostAndNothingIsThereTwice(@TempDir Path temp) throws Exception {
        Path folder = temp.resolve("index");
        SplittableRandom random = new SplittableRandom(20);
        Map<String, Long> acknowledged = new HashMap<>(); // name -> round; absent: deleted or never put
        long round = 0;
        int killedAfterCommits = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            folder.toString(),
                            Integer.toString(kill),
                            Long.toString(round))
                    .redirectError(temp.resolve("errors-" + kill + ".txt").toFile())
                    .start();
            // The first ones are killed at any moment from their start on, the others also after some commits.
            int lines = kill % 4 == 0 ? 0 : random.nextInt(60);
            Map<String, Long> told = new HashMap<>(acknowledged);
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
                for (int i = 0; i < lines; i++) {
                    String line = out.readLine();
                    assertThat(line)
                            .as("the writer ended by itself: %s", temp.resolve("errors-" + kill + ".txt"))
                            .isNotNull();
                    round = note(line, told) + 1;
                }
                TimeUnit.MICROSECONDS.sleep(lines == 0 ? random.nextInt(700_000) : random.nextInt(20_000));
                writer.toHandle().destroyForcibly(); // as Process.destroyForcibly, but what it said can still be read
                assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
                String line;
                while ((line = out.readLine()) != null) { // said before it died
                    if (line.matches("committed \\d+( -?\\d+){20}")) {
                        round = note(line, told) + 1;
                    }
                }
            }
            acknowledged = check(folder, told, round);
            round++; // the round that was under way may be there
            killedAfterCommits += round > 1 ? 1 : 0;
        }
        assertThat(killedAfterCommits).isGreaterThan(KILLS / 2);
        assertThat(acknowledged).hasSizeGreaterThan(200);
    }

    /** Takes over what a line says; returns its round. */
    private static long note(String line, Map<String, Long> told) {
        String[] words = line.split(" ");
        long round = Long.parseLong(words[1]);
        for (int i = 2; i < words.length; i++) {
            if (words[i].startsWith("-")) {
                told.remove("image " + words[i].substring(1));
            } else {
                told.put("image " + words[i], round);
            }
        }
        return round;
    }

    /**
     * The index holds what was told, or, as a whole, that and the one round after it, whose commit was done but not yet told.
     *
     * @return what it holds
     */
    private static Map<String, Long> check(Path folder, Map<String, Long> told, long next) throws IOException {
        if (!ImageIndex.exists(folder)) {
            assertThat(told).isEmpty();
            return new HashMap<>();
        }
        try (ImageIndex index = ImageIndex.open(folder)) {
            index.verify();
            Map<String, Long> there = new HashMap<>();
            index.images().forEach((name, texts) -> there.put(name, Long.parseLong(texts.getOrDefault("round", "-1"))));
            assertThat(index.size()).as("no image twice").isEqualTo(there.size());
            assertThat(index.parts()).as("whole with its parts").isEqualTo(PARTS * there.size());
            boolean ahead = there.containsValue(next);
            told.forEach((name, round) -> {
                Long found = there.get(name);
                if (found == null) {
                    assertThat(ahead).as("%s of round %d is lost", name, round).isTrue(); // deleted by the next round
                } else {
                    assertThat(found).as(name).isIn(round, next);
                }
            });
            there.forEach((name, round) -> {
                if (!told.containsKey(name)) {
                    assertThat(round).as("%s was deleted and is back", name).isEqualTo(next);
                }
            });
            there.entrySet().stream().limit(5).forEach(entry -> {
                int number = Integer.parseInt(entry.getKey().substring("image ".length()));
                float[] vector = image(number, entry.getValue()).vector();
                Hit hit = index.search(Query.of(SPACES.whole(), vector, 1)).get(0);
                assertThat(hit.id()).isEqualTo(entry.getKey());
                assertThat(hit.similarity()).isGreaterThan(0.99999);
            });
            return there;
        }
    }
}
