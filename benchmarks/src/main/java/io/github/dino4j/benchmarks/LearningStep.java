package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.backbone.VisionTransformer;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.lora.LoraVariables;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LinearShape;
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
        /** All weights of the transformer, and a linear head. */
        WHOLE,
        /** Adapter and pyramid decoder on a frozen backbone, which is packed for every engine: what is compared learns. */
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
    private final boolean packed;
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
        this(engine, setup, true);
    }

    /** Of plain weights alone, which report their multiply-adds: for {@link #operations}. */
    static LearningStep counting(Setup setup) {
        return new LearningStep(Engine.PLAIN, setup, false);
    }

    /**
     * LayerScales of 0.5, as training makes them, where a new network begins with 1e-5: its blocks would add nothing, and
     * their arithmetic would not show in any loss.
     */
    private static ParameterSource trainedScales(ParameterSource source) {
        return new ParameterSource() {
            @Override
            public Tensor take(String name, Init init, long... shape) {
                return source.take(name, name.endsWith(".gamma") ? Init.constant(0.5f) : init, shape);
            }

            @Override
            public Tensor keep(Tensor derived) {
                return source.keep(derived);
            }
        };
    }

    private LearningStep(Engine engine, Setup setup, boolean packs) {
        this.engine = engine;
        packed = packs;
        this.setup = setup;
        try (Scope scope = Scope.open()) {
            boolean mixed = engine == Engine.MIXED;
            ParameterSource source = trainedScales(new RandomParameters(1, arena));
            TrainableParameters learned = new TrainableParameters(new RandomParameters(2, arena), name -> true);
            Parameters p = Parameters.of(source);
            Taps taps;
            Parameters own = Parameters.of(learned).learning();
            own = mixed ? own.mixed() : own;
            if (setup.kind == Kind.PYRAMID) {
                PyramidSegmenter pyramid = new PyramidSegmenter(
                        own,
                        PyramidSegmenter.Config.article(
                                setup.config().dim(), setup.config().depth(), CLASSES));
                taps = pyramid.taps();
                head = pyramid::logits;
                p = packs ? p.packed(mixed ? Precision.BFLOAT16 : Precision.FLOAT32) : p;
            } else {
                FineTuneLinear linear = new FineTuneLinear(own, setup.config().dim(), CLASSES);
                taps = new Taps(Layers.last(1), true);
                head = (pixels, tokens) -> linear.logits(tokens);
                p = mixed ? p.mixed() : p;
            }
            Map<String, Tensor> variables = new LinkedHashMap<>();
            if (setup.kind == Kind.LORA) {
                List<LinearShape> layers = LinearLayers.of(setup.config());
                LoraVariables lora = new LoraVariables(
                        Lora.random(LoraSpec.DEFAULT.withRank(RANK), setup.model, layers, 3),
                        setup.model,
                        layers,
                        arena);
                p = p.updated(lora.updates());
                variables.putAll(lora.variables());
            } else if (setup.kind == Kind.WHOLE) {
                Parameters all = Parameters.of(learned).at("backbone").learning();
                p = mixed ? all.mixed() : all;
            }
            Backbone network = Backbone.of(setup.config(), p);
            variables.putAll(learned.variables());
            LearningBackbone whole = new Whole(network, taps, setup.kind == Kind.PYRAMID ? Map.of() : variables);
            backbone = engine == Engine.CHECKPOINTED
                    ? new CheckpointedBackbone(whole, (VisionTransformer) network, 1)
                    : whole;
            this.taps = taps;
            optimizer = OptimizerSpec.ADAMW.build(ParameterGroups.plain(variables));
        }
    }

    private final Taps taps;

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
     * Floating-point operations that a step must do, without what checkpointing repeats. The multiply-adds forward are
     * counted by {@link Trace}. Back, a frozen linear layer y = x W^T computes one product as large: dx = dy W. One that
     * learns adds dW = dy^T x. Attention has two products forward, q k^T and p v, and four back: dv = p^T do, dp = do v^T,
     * dq = ds k, dk = ds^T q; that its kernel computes q k^T once more is no must.
     *
     * @throws IllegalStateException if this step is not one for {@link #counting}
     */
    double operations(Batch batch) {
        if (packed) {
            throw new IllegalStateException("packed layers report no multiply-adds; take LearningStep.counting");
        }
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
        if (setup.kind == Kind.WHOLE) {
            return 2 * (2 * embedding + 3 * (blocks + rest)); // nobody wants the pixels' gradient
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
