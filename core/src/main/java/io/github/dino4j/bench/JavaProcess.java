package io.github.dino4j.bench;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another Java process with this one's class path, for figures that what ran here before would change. */
public final class JavaProcess {
    private JavaProcess() {}

    /**
     * Runs a class and waits for it; its messages on stderr are dropped.
     *
     * @param main has a {@code main} method
     * @return the lines that it printed
     * @throws IOException if it cannot be started or fails, with the command line
     */
    public static List<String> run(Class<?> main, List<String> arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", // the collector that keeps least
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        line.addAll(arguments);
        Process process = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", line) + " fails with " + process.exitValue());
            }
            return lines;
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + main.getSimpleName() + " ran");
        }
    }
}
