package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The estimated memory of a pass against the measured one: the growth of the resident peak over a first pass in a process
 * of its own (Linux). Each row is measured in several processes, whose peaks differ by a fifth: which of malloc's arenas a
 * piece comes from depends on which thread was free to take a tile. The median counts.
 */
public final class PassMemoryCheck {
    private PassMemoryCheck() {}

    private static final int PROCESSES = 5;

    /** Arguments: none for the table, or {@code MODEL PRECISION SIZE BATCH} for one row in this process, a single time. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 4) {
            row(args[0], Precision.valueOf(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
            return;
        }
        System.out.println("| model | precision | size | batch | measured MB | estimate MB | ratio |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
        for (String row : List.of(
                "dinov3_vits16 PLAIN 224 16",
                "dinov3_vits16 FLOAT32 1024 1",
                "dinov3_vits16 BFLOAT16 1024 1",
                "dinov3_vits16 BFLOAT16 2048 1",
                "dinov3_vits16 FLOAT32 2048 1",
                "dinov3_vitb16 FLOAT32 224 32",
                "dinov3_vitb16 BFLOAT16 224 32",
                "dinov3_vitb16 INT8 512 4",
                "dinov3_vitb16 INT8 512 8",
                "dinov3_vitb16 BFLOAT16 512 8",
                "dinov3_vits16 INT8 1024 1",
                "dinov3_convnext_base PLAIN 1024 1",
                "dinov3_convnext_base FLOAT32 1024 1",
                "dinov3_convnext_base INT8 1024 1",
                "dinov2_vits14 FLOAT32 518 4")) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xms600m",
                    "-Xmx600m",
                    "-XX:+AlwaysPreTouch", // the heap's first touch and the large compiler's memory are not the pass's
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    PassMemoryCheck.class.getName()));
            command.addAll(List.of(row.split(" ")));
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                Process process = new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                lines.add(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
                process.waitFor();
            }
            lines.sort(Comparator.comparingDouble(PassMemoryCheck::measured));
            System.out.println(lines.get(PROCESSES / 2));
        }
    }

    private static double measured(String line) {
        return Double.parseDouble(line.split("\\|")[5]);
    }

    private static void row(String name, Precision precision, int size, int batch) throws IOException {
        try (Model model = Model.random(BackboneCatalog.get(name).config(), 1, precision)) {
            int small = 2 * model.config().patch();
            pass(model, 1, small);
            trim();
            Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // the peak starts anew
            long before = kilobytes("VmRSS");
            pass(model, batch, size);
            double measured = (kilobytes("VmHWM") - before) / 1024.0;
            double estimate = model.memory(batch, size, size).bytes() / (1024.0 * 1024);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %d | %d | %.0f | %.0f | %.2f |%n",
                    name,
                    precision.name().toLowerCase(Locale.ROOT),
                    size,
                    batch,
                    measured,
                    estimate,
                    estimate / measured);
        }
    }

    private static void pass(Model model, int batch, int size) {
        model.run(b ->
                b.forward(Tensor.zeros(batch, 3, size, size)).normed().cls().toFloats());
    }

    /**
     * Gives back what malloc holds and nobody uses. Packing and int8's calibration leave tens of megabytes of it, which the
     * pass would take first and which would not show as growth.
     */
    private static void trim() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            new Object[0],
                            new String[0]);
        } catch (JMException e) {
            throw new IllegalStateException("this Java cannot trim malloc's memory; take OpenJDK 17.0.9 or later", e);
        }
    }

    private static long kilobytes(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
