package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.bench.Drift;
import io.github.dino4j.bench.GemmCeiling;
import io.github.dino4j.bench.Machine;
import io.github.dino4j.bench.NoiseImages;
import io.github.dino4j.bench.RoundRobin;
import io.github.dino4j.bench.Times;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Dino4J and ONNX Runtime on the same weights and images, taking turns in one process; for memory, each in a process of
 * its own. Prints Markdown.
 */
public final class SideBySide {
    /** Rest between two engines: the threads of one spin for a while after its call. */
    private static final long PAUSE_MILLIS = 20;

    private static final int DRIFT_IMAGES = 4;

    private SideBySide() {}

    /** Who takes part. */
    enum Engines {
        OURS_PLAIN("Dino4J plain", Precision.PLAIN),
        OURS_FLOAT32("Dino4J float32", Precision.FLOAT32),
        OURS_BFLOAT16("Dino4J bfloat16", Precision.BFLOAT16),
        OURS_INT8("Dino4J int8", Precision.INT8),
        ORT_FLOAT32("ONNX Runtime float32", null),
        ORT_FLOAT32_NO_SPIN("ONNX Runtime float32, no spinning", null),
        ORT_INT8("ONNX Runtime dynamic int8", null);

        private final String title;
        private final @Nullable Precision precision;

        Engines(String title, @Nullable Precision precision) {
            this.title = title;
            this.precision = precision;
        }

        Peer open(Workspace files, String model, int side, int threads) throws IOException {
            Path file = file(files, model, side);
            return precision != null
                    ? new OurPeer(file, precision, threads)
                    : new OnnxPeer(file, threads, this != ORT_FLOAT32_NO_SPIN);
        }

        /** Makes the file that this engine reads, if it is not there yet. */
        Path file(Workspace files, String model, int side) throws IOException {
            return precision != null ? files.checkpoint(model, DType.F32) : files.onnx(model, side, this == ORT_INT8);
        }

        /** The product that this engine should reach. */
        Optional<GemmCeiling.Kind> ceiling(int threads) {
            Precision own = precision != null ? precision : this == ORT_INT8 ? Precision.INT8 : Precision.FLOAT32;
            return GemmCeiling.kind(own, threads);
        }
    }

    /** What is measured side by side. */
    private record Setting(String model, int side, int batch, int threads) {
        @Override
        public String toString() {
            return model + " at " + side + ", batch " + batch + ", " + threads
                    + (threads == 1 ? " thread" : " threads");
        }

        double gigaMacs() {
            return batch
                    * 1e-9
                    * TensorFlow.of(BackboneCatalog.get(model).config(), 1, side, side)
                            .macs();
        }
    }

    /**
     * Arguments: a folder for the generated files, then {@code --models NAME[@SIZE],...}, {@code --sizes} (for names
     * without a size), {@code --batches}, {@code --threads}, {@code --engines}, {@code --rounds}, {@code --turn SECONDS},
     * {@code --busy} (another process burns one core), {@code --no-memory}; {@code --only ENGINE} prints what one engine
     * takes in this process and ends.
     */
    public static void main(String[] args) throws IOException {
        Arguments arguments = new Arguments(args, "busy", "no-memory");
        Workspace files = Workspace.at(arguments.at(0, "a folder for the generated files"));
        List<Engines> engines = arguments
                .list("engines", Arrays.stream(Engines.values()).map(Enum::name).collect(Collectors.joining(",")))
                .stream()
                .map(name -> Engines.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
        List<Setting> settings = settings(arguments);
        if (arguments.has("only")) {
            only(files, Engines.valueOf(arguments.text("only", "").toUpperCase(Locale.ROOT)), settings.get(0));
            return;
        }
        RoundRobin turns = new RoundRobin(
                arguments.number("rounds", 7), Double.parseDouble(arguments.text("turn", "0.3")), PAUSE_MILLIS);
        System.out.println(Machine.here() + "; " + turns.rounds() + " rounds in turns"
                + (arguments.has("busy") ? "; another process burns one core" : ""));
        for (Setting setting : settings) {
            Map<Engines, String> memory = arguments.has("no-memory") ? Map.of() : memory(args[0], engines, setting);
            Process burner = arguments.has("busy") ? burn() : null;
            try {
                measure(files, engines, setting, turns, memory);
            } finally {
                if (burner != null) {
                    burner.destroyForcibly();
                }
            }
        }
    }

    private static List<Setting> settings(Arguments arguments) {
        List<Setting> settings = new ArrayList<>();
        for (String model : arguments.list("models", "dinov3_vits16@224,dinov3_vitb16@224,dinov3_vitl16@512")) {
            int at = model.indexOf('@');
            List<Integer> sizes = at < 0
                    ? arguments.numbers("sizes", "224,512,768,1024")
                    : List.of(Integer.valueOf(model.substring(at + 1)));
            for (int size : sizes) {
                for (int batch : arguments.numbers("batches", "1,8,32")) {
                    for (int threads : arguments.numbers("threads", Integer.toString(Engine.threads()))) {
                        settings.add(new Setting(at < 0 ? model : model.substring(0, at), size, batch, threads));
                    }
                }
            }
        }
        return settings;
    }

    private static void measure(
            Workspace files, List<Engines> engines, Setting setting, RoundRobin turns, Map<Engines, String> memory)
            throws IOException {
        Map<Engines, Peer> peers = new EnumMap<>(Engines.class);
        List<Peer.Pass> passes = new ArrayList<>();
        Map<GemmCeiling.Kind, GemmCeiling> ceilings = new LinkedHashMap<>();
        try {
            for (Engines engine : engines) {
                System.err.println("loading " + engine.title);
                peers.put(engine, engine.open(files, setting.model, setting.side, setting.threads));
                engine.ceiling(setting.threads).ifPresent(kind -> ceilings.computeIfAbsent(kind, GemmCeiling::new));
            }
            Map<Engines, Drift> drifts = drifts(files, peers, setting);
            List<RoundRobin.Contender> contenders = new ArrayList<>();
            float[] pixels = Pixels.batch(
                    Collections.nCopies(setting.batch, pixels(setting, 1).get(0)));
            for (Engines engine : engines) {
                Peer.Pass pass = Objects.requireNonNull(peers.get(engine)).pass(pixels, setting.batch, setting.side);
                passes.add(pass);
                contenders.add(pass);
            }
            contenders.addAll(ceilings.values());
            List<Times> times = turns.run(contenders, round -> System.err.println(setting + ": round " + round));
            print(engines, setting, times, ceilings, drifts, memory);
        } finally {
            passes.forEach(Peer.Pass::close);
            ceilings.values().forEach(GemmCeiling::close);
            peers.values().forEach(Peer::close);
        }
    }

    /** From our plain float32 path, image by image. */
    private static Map<Engines, Drift> drifts(Workspace files, Map<Engines, Peer> peers, Setting setting)
            throws IOException {
        Map<Engines, Drift.Meter> meters = new EnumMap<>(Engines.class);
        int dim = BackboneCatalog.get(setting.model).config().dim();
        try (Peer reference = Engines.OURS_PLAIN.open(files, setting.model, setting.side, setting.threads)) {
            for (Pixels image : pixels(setting, DRIFT_IMAGES)) {
                float[] expected = tokens(reference, image, setting.side);
                peers.forEach((engine, peer) -> {
                    if (engine != Engines.OURS_PLAIN) {
                        meters.computeIfAbsent(engine, e -> new Drift.Meter())
                                .add(expected, tokens(peer, image, setting.side), dim);
                    }
                });
            }
        }
        Map<Engines, Drift> drifts = new EnumMap<>(Engines.class);
        meters.forEach((engine, meter) -> drifts.put(engine, meter.drift()));
        return drifts;
    }

    private static float[] tokens(Peer peer, Pixels image, int side) {
        try (Peer.Pass pass = peer.pass(image.values(), 1, side)) {
            return pass.tokens();
        }
    }

    private static List<Pixels> pixels(Setting setting, int count) {
        List<RgbImage> images = NoiseImages.of(count, 448, 11);
        return images.stream().map(Transform.dinoV3(setting.side)::apply).toList();
    }

    private static void print(
            List<Engines> engines,
            Setting setting,
            List<Times> times,
            Map<GemmCeiling.Kind, GemmCeiling> ceilings,
            Map<Engines, Drift> drifts,
            Map<Engines, String> memory) {
        int base = engines.indexOf(Engines.ORT_FLOAT32);
        System.out.printf(
                Locale.ROOT,
                "%n### %s (%.2f GFLOP an image; large matrix product %s)%n%n",
                setting,
                2 * setting.gigaMacs() / setting.batch,
                ceilings.entrySet().stream()
                        .map(e -> String.format(
                                Locale.ROOT,
                                "%s %.0f GFLOP/s",
                                e.getKey().precision(),
                                e.getValue().flops().orElse(0) / 1e9))
                        .collect(Collectors.joining(", ")));
        System.out.println(
                "| engine | ms/image | median | speed against ONNX Runtime float32 (minima; medians) | GFLOP/s"
                        + " | percent of matrix product | max diff | worst token's cosine | MB running | MB loading |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (int i = 0; i < engines.size(); i++) {
            Engines engine = engines.get(i);
            Times own = times.get(i);
            double flops = 2e9 * setting.gigaMacs() / own.min();
            String share = engine.ceiling(setting.threads)
                    .map(kind -> Objects.requireNonNull(ceilings.get(kind)).flops())
                    .map(ceiling -> String.format(Locale.ROOT, "%.0f", 100 * flops / ceiling.orElse(Double.NaN)))
                    .orElse("-");
            String ratio = base < 0
                    ? "-"
                    : String.format(
                            Locale.ROOT,
                            "%.2f; %.2f",
                            times.get(base).min() / own.min(),
                            times.get(base).median() / own.median());
            Drift drift = drifts.get(engine);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %s | %.0f | %s | %s | %s |%n",
                    engine.title,
                    1e3 * own.min() / setting.batch,
                    1e3 * own.median() / setting.batch,
                    ratio,
                    flops / 1e9,
                    share,
                    drift == null
                            ? "- | -"
                            : String.format(Locale.ROOT, "%.1e | %.6f", drift.maxAbs(), drift.worstCosine()),
                    memory.getOrDefault(engine, "- | -"));
        }
        System.out.flush();
    }

    /** Peak resident memory of each engine in a process of its own, in MB: running, loading. */
    private static Map<Engines, String> memory(String folder, List<Engines> engines, Setting setting)
            throws IOException {
        Map<Engines, String> memory = new EnumMap<>(Engines.class);
        for (Engines engine : engines) {
            System.err.println("memory of " + engine.title);
            engine.file(new Workspace(Path.of(folder)), setting.model, setting.side); // not the other process's work
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-Xmx1g",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SideBySide.class.getName(),
                            folder,
                            "--only",
                            engine.name(),
                            "--models",
                            setting.model + "@" + setting.side,
                            "--batches",
                            Integer.toString(setting.batch),
                            "--threads",
                            Integer.toString(setting.threads))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            memory.put(engine, line.isEmpty() ? "failed | failed" : line);
        }
        return memory;
    }

    private static void only(Workspace files, Engines engine, Setting setting) throws IOException {
        try (Peer peer = engine.open(files, setting.model, setting.side, setting.threads)) {
            long loading = Machine.peakResidentBytes().orElse(0);
            float[] pixels = Pixels.batch(
                    Collections.nCopies(setting.batch, pixels(setting, 1).get(0)));
            try (Peer.Pass pass = peer.pass(pixels, setting.batch, setting.side)) {
                pass.begin();
                pass.call();
                System.gc();
                Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // from here on the peak is that of running
                for (int i = 0; i < 3; i++) {
                    pass.call();
                }
                System.out.printf(
                        Locale.ROOT,
                        "%.0f | %.0f%n",
                        Machine.peakResidentBytes().orElse(0) / 1e6,
                        loading / 1e6);
            }
        }
    }

    private static Process burn() throws IOException {
        return new ProcessBuilder("sh", "-c", "while :; do :; done").start();
    }
}
