package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The estimated memory of a pass against the measured one: the growth of the resident peak over a first pass in a process
 * of its own (Linux).
 */
public final class PassMemoryCheck {
    private PassMemoryCheck() {}

    /** Arguments: none for the table, or {@code MODEL PRECISION SIZE BATCH} for one row in this process. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 4) {
            row(args[0], Precision.valueOf(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
            return;
        }
        System.out.println("| model | precision | size | batch | measured MB | estimate MB | ratio | s |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (String row : List.of(
                "dinov3_vits16 PLAIN 224 16",
                "dinov3_vits16 FLOAT32 1024 1",
                "dinov3_vits16 BFLOAT16 1024 1",
                "dinov3_vits16 BFLOAT16 2048 1",
                "dinov3_vits16 FLOAT32 2048 1",
                "dinov3_vitb16 FLOAT32 224 32",
                "dinov3_vitb16 BFLOAT16 224 32",
                "dinov3_vitb16 INT8 512 4",
                "dinov2_vits14 FLOAT32 518 4")) {
            List<String> command = new java.util.ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xms600m",
                    "-Xmx600m",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    PassMemoryCheck.class.getName()));
            command.addAll(List.of(row.split(" ")));
            new ProcessBuilder(command).inheritIO().start().waitFor();
        }
    }

    private static void row(String name, Precision precision, int size, int batch) throws IOException {
        try (Model model = Model.random(BackboneCatalog.get(name).config(), 1, precision)) {
            int small = 2 * model.config().patch();
            pass(model, 1, small);
            Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // the peak starts anew
            long before = kilobytes("VmRSS");
            long start = System.nanoTime();
            pass(model, batch, size);
            double seconds = (System.nanoTime() - start) / 1e9;
            double measured = (kilobytes("VmHWM") - before) / 1024.0;
            double estimate = model.memory(batch, size, size).bytes() / (1024.0 * 1024);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %d | %d | %.0f | %.0f | %.2f | %.2f |%n",
                    name,
                    precision.name().toLowerCase(Locale.ROOT),
                    size,
                    batch,
                    measured,
                    estimate,
                    estimate / measured,
                    seconds);
        }
    }

    private static void pass(Model model, int batch, int size) {
        model.run(b ->
                b.forward(Tensor.zeros(batch, 3, size, size)).normed().cls().toFloats());
    }

    private static long kilobytes(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
