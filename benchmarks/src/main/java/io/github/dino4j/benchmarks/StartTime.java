package io.github.dino4j.benchmarks;

import io.github.dino4j.bench.Machine;
import io.github.dino4j.bench.Times;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** From the start of the process {@code ./dino4j features} to the end of it, one embedding written. */
public final class StartTime {
    private StartTime() {}

    /** Arguments: a small checkpoint, a photo; {@code --rounds}, {@code --dino4j} (the script). */
    public static void main(String[] args) throws IOException, InterruptedException {
        Arguments arguments = new Arguments(args);
        Path folder = Files.createTempDirectory("dino4j-start-");
        List<String> line = List.of(
                arguments.text("dino4j", "./dino4j"),
                "features",
                "-q",
                "--restart",
                "-m",
                arguments.at(0, "a small checkpoint"),
                arguments.at(1, "a photo"),
                "-o",
                folder.resolve("one.npy").toString());
        run(line); // builds the command line, unpacks the natives, fills the page cache
        List<Double> seconds = new ArrayList<>();
        for (int round = 0; round < arguments.number("rounds", 7); round++) {
            seconds.add(run(line));
        }
        Times times = new Times(seconds);
        System.out.printf(
                Locale.ROOT,
                "%s%nprocess start to written embedding: min %.2f s, median %.2f s of %d%n",
                Machine.here(),
                times.min(),
                times.median(),
                seconds.size());
    }

    private static double run(List<String> line) throws IOException, InterruptedException {
        long start = System.nanoTime();
        int code = new ProcessBuilder(line)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException(String.join(" ", line) + " ended with " + code);
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
