package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.bench.GemmCeiling;
import io.github.dino4j.bench.Machine;
import io.github.dino4j.bench.RoundRobin;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.PyramidSegmenter;
import io.github.dino4j.segment.PyramidSegmenter.Config.Fusion;
import io.github.dino4j.segment.SegmenterFlow;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The article's segmentation pipeline on random weights: milliseconds of each stage, its share, its arithmetic against
 * the machine's matrix product, and the shapes of a real pass against those of the tensor flow.
 */
public final class ArticlePipeline {
    private ArticlePipeline() {}

    /**
     * Arguments: {@code --backbone} (dinov3_vitl16), {@code --size} (512), {@code --width} of the fused maps (2048),
     * {@code --fusion} (MSDEFORM), {@code --precision} of the backbone (FLOAT32), {@code --rounds} (3).
     */
    public static void main(String[] args) {
        Arguments arguments = new Arguments(args);
        BackboneConfig config =
                BackboneCatalog.get(arguments.text("backbone", "dinov3_vitl16")).config();
        int size = arguments.number("size", 512);
        Fusion fusion = Fusion.valueOf(arguments.text("fusion", "MSDEFORM").toUpperCase(Locale.ROOT));
        PyramidSegmenter.Config segmenter =
                PyramidSegmenter.Config.of(config.dim(), config.depth(), arguments.number("width", 2048), 1, fusion);
        Precision precision =
                Precision.valueOf(arguments.text("precision", "FLOAT32").toUpperCase(Locale.ROOT));
        TensorFlow flow = SegmenterFlow.of(config, segmenter, 1, size, size);
        try (Model model = Model.random(config, 1, precision);
                LoadedHead<PyramidSegmenter> head = LoadedHead.random(1, p -> new PyramidSegmenter(p, segmenter))) {
            Map<String, Double> best = new LinkedHashMap<>();
            for (int round = 0; round <= arguments.number("rounds", 3); round++) {
                Map<String, Double> seconds = pass(model, head.head(), size, flow);
                if (round > 0) { // the first warms up
                    seconds.forEach((stage, time) -> best.merge(stage, time, Math::min));
                }
            }
            report(flow, best);
        }
    }

    /** Seconds of each part of a pass. */
    private static Map<String, Double> pass(Model model, PyramidSegmenter head, int size, TensorFlow flow) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        Iterator<TensorFlow.Stage> planned = flow.stages().stream()
                .filter(stage -> !stage.name().startsWith("backbone."))
                .iterator();
        return model.run(backbone -> {
            Tensor pixels = Tensor.full(0.5, DType.F32, Device.CPU, 1, 3, size, size);
            long start = System.nanoTime();
            List<Tokens> taps = head.taps().read(backbone, pixels);
            long[] last = {System.nanoTime()};
            seconds.put("backbone", (last[0] - start) / 1e9);
            try (Trace trace = Trace.start((name, output) -> {
                long now = System.nanoTime();
                seconds.merge(part(name), (now - last[0]) / 1e9, Double::sum);
                last[0] = now;
                TensorFlow.Stage stage = planned.next();
                if (!stage.name().equals(name)
                        || !Arrays.stream(output.shape()).boxed().toList().equals(stage.shape())) {
                    throw new IllegalStateException(
                            name + " is " + output.describe() + ", the flow says " + stage.name() + stage.shape());
                }
            })) {
                head.logits(pixels, taps);
            }
            return seconds;
        });
    }

    /** The stage's part as the table shows it. */
    private static String part(String stage) {
        if (stage.startsWith("adapter.spm") || stage.startsWith("adapter.tokens")) {
            return "adapter: spatial prior";
        }
        if (stage.startsWith("adapter.interactions")) {
            return "adapter: interactions";
        }
        if (stage.startsWith("adapter.")) {
            return "adapter: up, sums, norms";
        }
        if (stage.startsWith("fusion.encoder") || stage.startsWith("fusion.input")) {
            return "fusion: deformable encoder";
        }
        if (stage.startsWith("fusion.")) {
            return "fusion: lateral, 3x3, mask features";
        }
        return stage.startsWith("decoder.") ? "FPN decoder" : "backbone";
    }

    private static void report(TensorFlow flow, Map<String, Double> seconds) {
        Map<String, Long> macs = new LinkedHashMap<>();
        flow.stages().forEach(stage -> macs.merge(part(stage.name()), stage.macs(), Long::sum));
        double ceiling;
        try (GemmCeiling gemm = new GemmCeiling(
                GemmCeiling.kind(Precision.FLOAT32, Engine.threads()).orElseThrow())) {
            double best = new RoundRobin(5, 0.2, 20)
                    .run(List.of(gemm), round -> {})
                    .get(0)
                    .min();
            ceiling = gemm.flops().orElseThrow() / best;
        }
        double total = seconds.values().stream().mapToDouble(s -> s).sum();
        System.out.println(Machine.here() + "; " + Engine.threads() + " threads; input " + flow.input());
        System.out.println("| stage | ms | share | GFLOP | GFLOP/s | of the float32 ceiling |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        seconds.forEach((stage, time) -> {
            double flops = 2.0 * macs.getOrDefault(stage, 0L);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.1f %% | %.1f | %.0f | %.0f %% |%n",
                    stage,
                    1e3 * time,
                    100 * time / total,
                    flops / 1e9,
                    flops / time / 1e9,
                    100 * flops / time / ceiling);
        });
        System.out.printf(Locale.ROOT, "| all | %.0f | | %.1f | | |%n", 1e3 * total, 2e-9 * flow.macs());
        System.out.printf(Locale.ROOT, "float32 ceiling of this run: %.0f GFLOP/s%n", ceiling / 1e9);
    }
}
