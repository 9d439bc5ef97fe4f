package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.backbone.VisionTransformer;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LinearShape;
import io.github.dino4j.nn.LinearUpdate;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.segment.FineTuneLinear;
import io.github.dino4j.segment.PyramidSegmenter;
import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.PlainLinear;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import io.github.dino4j.train.CheckpointedBackbone;
import io.github.dino4j.train.LearningBackbone;
import io.github.dino4j.train.Optimizer;
import io.github.dino4j.train.OptimizerSpec;
import io.github.dino4j.train.ParameterGroups;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** A model that learns to segment painted images, one step at a time: forward, backward, AdamW. Weights are drawn. */
final class LearningStep implements AutoCloseable {
    /** What computes. */
    enum Engine {
        FLOAT32("float32"),
        MIXED("mixed bfloat16"),
        CHECKPOINTED("float32, checkpointed"),
        PLAIN("libtorch's linear");

        final String label;

        Engine(String label) {
            this.label = label;
        }
    }

    /** What learns. */
    enum Kind {
        /** LoRA of rank 3 on q and v, and a linear head. */
        LORA,
        /** Adapter and pyramid decoder on a frozen backbone, which is packed where the engine is ours. */
        PYRAMID
    }

    /** One row of the table. */
    record Setup(Kind kind, String model, int size, int batch) {
        BackboneConfig config() {
            return BackboneCatalog.get(model).config();
        }
    }

    static final int CLASSES = 8;
    private static final int RANK = 3;
    private static final double RATE = 1e-3;
    private static final SegmentLoss LOSS =
            new SegmentLoss.CrossEntropy(SegmentLoss.Reduction.MEAN_OF_VALID, List.of(), SegmentLoss.IGNORED, 1);

    private final Engine engine;
    private final Setup setup;
    private final Arena arena = new Arena();
    private final LearningBackbone backbone;
    private final Head head;
    private final Optimizer optimizer;

    /** A batch of images with their truth. */
    record Batch(Tensor pixels, Tensor labels) {
        /** Squares of noisy colours, each of the eight corners of the colour cube a class. */
        static Batch painted(Setup setup, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            int side = setup.size;
            int cell = side / 4;
            float[] pixels = new float[setup.batch * 3 * side * side];
            long[] labels = new long[setup.batch * side * side];
            for (int image = 0; image < setup.batch; image++) {
                int[] classes = random.ints(25, 0, CLASSES).toArray();
                for (int i = 0; i < side * side; i++) {
                    int label = classes[i / side / cell * 5 + i % side / cell];
                    labels[image * side * side + i] = label;
                    for (int c = 0; c < 3; c++) {
                        double colour = (label >> c & 1) - 0.5 + random.nextDouble() - 0.5;
                        pixels[(image * 3 + c) * side * side + i] = (float) colour;
                    }
                }
            }
            return new Batch(Tensor.of(pixels, setup.batch, 3, side, side), Tensor.of(labels, setup.batch, side, side));
        }
    }

    @FunctionalInterface
    private interface Head {
        Tensor logits(Tensor pixels, List<Tokens> tokens);
    }

    LearningStep(Engine engine, Setup setup) {
        this.engine = engine;
        this.setup = setup;
        try (Scope scope = Scope.open()) {
            boolean mixed = engine == Engine.MIXED;
            ParameterSource source = new RandomParameters(1, arena);
            TrainableParameters learned = new TrainableParameters(new RandomParameters(2, arena), name -> true);
            Parameters p = Parameters.of(source);
            Taps taps;
            Parameters own = Parameters.of(learned).learning();
            own = mixed ? own.mixed() : own;
            if (setup.kind == Kind.LORA) {
                FineTuneLinear linear = new FineTuneLinear(own, setup.config().dim(), CLASSES);
                taps = new Taps(Layers.last(1), true);
                head = (pixels, tokens) -> linear.logits(tokens);
                Parameters adapters = Parameters.of(learned);
                p = (mixed ? p.mixed() : p).updated(layer -> adapter(adapters, layer));
            } else {
                PyramidSegmenter pyramid = new PyramidSegmenter(
                        own,
                        PyramidSegmenter.Config.article(
                                setup.config().dim(), setup.config().depth(), CLASSES));
                taps = pyramid.taps();
                head = pyramid::logits;
                p = engine == Engine.PLAIN ? p : p.packed(mixed ? Precision.BFLOAT16 : Precision.FLOAT32);
            }
            Backbone network = Backbone.of(setup.config(), p);
            LearningBackbone whole = new Whole(network, taps, setup.kind == Kind.LORA ? learned.variables() : Map.of());
            backbone = engine == Engine.CHECKPOINTED
                    ? new CheckpointedBackbone(whole, (VisionTransformer) network, 1)
                    : whole;
            this.taps = taps;
            optimizer = OptimizerSpec.ADAMW.build(ParameterGroups.plain(learned.variables()));
        }
    }

    private final Taps taps;

    private static Optional<LinearUpdate> adapter(Parameters p, LinearShape layer) {
        if (!layer.name().endsWith("attn.qkv")) {
            return Optional.empty();
        }
        Parameters at = p.at(layer.name());
        int third = layer.out() / 3;
        Factors q = Factors.of(at.at("q"), layer.in(), third);
        Factors v = Factors.of(at.at("v"), layer.in(), third);
        return Optional.of(new LinearUpdate() {
            @Override
            public Tensor of(Tensor x) {
                Tensor ofQ = q.of(x);
                return Tensor.cat(-1, ofQ, Tensor.zeros(ofQ.shape()), v.of(x));
            }

            @Override
            public Product product() {
                throw new IllegalStateException("an adapter that learns has no packed form");
            }
        });
    }

    /** x A^T B^T. */
    private record Factors(Tensor a, Tensor b) {
        static Factors of(Parameters p, int in, int out) {
            return new Factors(
                    p.tensor("a", Init.truncatedNormal(0.02), RANK, in), p.tensor("b", Init.ZERO, out, RANK));
        }

        Tensor of(Tensor x) {
            return x.linear(a, null).linear(b, null);
        }
    }

    /** One step on a batch; the loss before it. */
    double step(Batch batch) {
        PlainLinear.use(engine == Engine.PLAIN);
        try (Scope scope = Scope.open()) {
            Tensor loss = loss(batch);
            backbone.backward(loss);
            optimizer.step(new Optimizer.Settings(RATE, RATE, 0.01, 0.9));
            optimizer.clear();
            return loss.item();
        } finally {
            PlainLinear.use(false);
        }
    }

    private Tensor loss(Batch batch) {
        Tensor logits = head.logits(batch.pixels, backbone.read(batch.pixels, taps));
        Tensor loss = LOSS.of(logits.bilinear(setup.size, setup.size, false), batch.labels);
        Trace.stage("loss", loss);
        return loss;
    }

    /**
     * Floating-point operations that a step must do, without what checkpointing repeats. Of a frozen linear layer the way
     * back computes one product as large as the forward one, of attention and of what learns two.
     */
    double operations(Batch batch) {
        double embedding = 0;
        double blocks = 0;
        double rest = 0;
        try (Scope scope = Scope.open();
                Trace trace = Trace.start()) {
            loss(batch);
            for (Trace.Stage stage : trace.stages()) {
                if (stage.name().equals("patch_embed")) {
                    embedding += stage.macs();
                } else if (stage.name().startsWith("blocks.")) {
                    blocks += stage.macs();
                } else {
                    rest += stage.macs();
                }
            }
        }
        if (setup.kind == Kind.PYRAMID) {
            return 2 * (embedding + blocks + 3 * rest);
        }
        BackboneConfig c = setup.config();
        double tokens = Math.pow((double) setup.size / c.patch(), 2) + 1 + registers(c);
        double rows = setup.batch * tokens;
        double attention = 2 * rows * tokens * c.dim() * c.depth();
        double adapters = 2 * rows * RANK * (c.dim() + c.dim()) * c.depth();
        double firstInput = 3 * rows * c.dim() * c.dim(); // nothing learns below the first qkv
        double back = blocks - firstInput + attention + adapters + 2 * rest;
        return 2 * (embedding + blocks + rest + back);
    }

    private static int registers(BackboneConfig c) {
        return c instanceof io.github.dino4j.backbone.VitConfig vit ? vit.registers() : 0;
    }

    /** A network that keeps everything that gradients need. */
    private record Whole(Backbone network, Taps wanted, Map<String, Tensor> variables) implements LearningBackbone {
        Whole {
            variables = new LinkedHashMap<>(variables);
        }

        @Override
        public BackboneConfig config() {
            return network.config();
        }

        @Override
        public String title() {
            return "benchmark";
        }

        @Override
        public List<Tokens> read(Tensor pixels, Taps taps) {
            if (!isFrozen()) {
                return taps.read(network, pixels);
            }
            try (Scope scope = Scope.inference()) {
                return taps.read(network, pixels).stream()
                        .map(tokens -> tokens.keep(scope))
                        .toList();
            }
        }

        @Override
        public List<Path> export(Path folder, Map<String, String> metadata) {
            return List.of();
        }

        @Override
        public void close() {}
    }

    @Override
    public void close() {
        optimizer.close();
        arena.close();
    }
}
