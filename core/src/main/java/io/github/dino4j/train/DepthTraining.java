package io.github.dino4j.train;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.depth.DepthHead;
import io.github.dino4j.depth.DepthNotes;
import io.github.dino4j.depth.DepthPreset;
import io.github.dino4j.depth.DepthProtocol;
import io.github.dino4j.depth.DepthRange;
import io.github.dino4j.depth.GradientLoss;
import io.github.dino4j.depth.SigLoss;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * Teaches a depth head, linear or DPT, and the backbone under it where that learns (DINOv2, arXiv:2304.07193, "Depth
 * estimation"; DINOv3, arXiv:2508.10104): scale-invariant loss of logarithms, and gradient matching if it is given weight.
 * Pixels without a measurement, or with one outside of the head's range, teach nothing.
 *
 * <p>Owns the head and closes it; backbone and cache stay the caller's.
 */
public final class DepthTraining implements TrainingTask<DepthExample> {
    /** File of the head in {@link #export}'s folder. */
    public static final String FILE = "head.safetensors";

    /** Examples over which the mean depth is taken: enough for a baseline, and few enough to be read once. */
    private static final int FOR_MEAN = 200;

    private static final double LEAST = 1e-6; // metres: 0 stands for "not measured"

    private final LearningBackbone backbone;
    private final LearningHead<? extends DepthHead> head;
    private final Examples<DepthExample> examples;
    private final Settings settings;
    private final DepthValidation validation;
    private final Weights weights;
    private final SigLoss sig;
    private final GradientLoss gradient = GradientLoss.ofLogarithms();
    private final Arena arena = new Arena();
    private final Tensor calls;
    private OptionalDouble mean = OptionalDouble.empty();

    /**
     * Everything beside the data.
     *
     * @param preset how images are fitted and maps are read; its range, taps and shape are the head's
     * @param transform of the backbone (its model card's), of which the normalisation is read
     * @param sizing to what size photos are brought for measuring
     * @param protocol how predictions are compared
     * @param sigWeight of the scale-invariant loss
     * @param warmUp for how many batches it leaves the variance out
     * @param gradientWeight of gradient matching on logarithms; 0: none, as in DINOv3's recipe
     * @param cache of features, for a frozen backbone and examples without anything random
     * @param pictures how many validation photos {@link #sheet} shows
     */
    public record Settings(
            DepthPreset preset,
            Transform transform,
            Sizing.Scaling sizing,
            DepthProtocol protocol,
            double sigWeight,
            int warmUp,
            double gradientWeight,
            Optional<FeatureCache> cache,
            int pictures) {
        /** Photos at their own size, scale-invariant loss alone. */
        public static Settings of(DepthPreset preset, Transform transform, DepthProtocol protocol) {
            return new Settings(
                    preset, transform, new Sizing.AsIs(), protocol, 1, SigLoss.WARM_UP_CALLS, 0, Optional.empty(), 4);
        }

        public Settings withSizing(Sizing.Scaling other) {
            return new Settings(preset, transform, other, protocol, sigWeight, warmUp, gradientWeight, cache, pictures);
        }

        public Settings withLosses(double sig, int warmUpBatches, double gradient) {
            return new Settings(preset, transform, sizing, protocol, sig, warmUpBatches, gradient, cache, pictures);
        }

        public Settings withCache(FeatureCache features) {
            return new Settings(
                    preset,
                    transform,
                    sizing,
                    protocol,
                    sigWeight,
                    warmUp,
                    gradientWeight,
                    Optional.of(features),
                    pictures);
        }

        public Settings withPictures(int count) {
            return new Settings(preset, transform, sizing, protocol, sigWeight, warmUp, gradientWeight, cache, count);
        }

        Transform prepared() {
            return new Transform(
                    sizing,
                    Interpolation.BILINEAR,
                    ResizePath.PILLOW,
                    preset.normalisation().orElse(transform.normalisation()));
        }
    }

    /**
     * @throws IllegalArgumentException if the backbone reads depth, which would be the answer, or features of a backbone
     *     that learns shall be kept
     */
    public DepthTraining(
            LearningBackbone backbone,
            LearningHead<? extends DepthHead> head,
            Examples<DepthExample> examples,
            Examples<DepthTruth> validation,
            Settings settings) {
        if (backbone.config().readsDepth()) {
            throw new IllegalArgumentException(
                    backbone.title() + " reads depth, which is what the head shall learn; load it without");
        }
        this.backbone = backbone;
        this.head = head;
        this.examples = examples;
        this.settings = settings;
        this.validation = new DepthValidation(
                validation, settings.preset, settings.prepared(), settings.protocol, settings.pictures);
        this.weights = Weights.of(backbone, head, settings.cache);
        this.sig = new SigLoss(settings.warmUp);
        try (Scope scope = Scope.inference()) {
            calls = arena.keep(Tensor.zeros(1));
        }
    }

    @Override
    public String title() {
        return head.inference().getClass().getSimpleName() + ", "
                + head.inference().values().range() + ", on " + backbone.title();
    }

    @Override
    public Examples<DepthExample> examples() {
        return examples;
    }

    @Override
    public List<ParameterGroup> groups() {
        return weights.groups();
    }

    /** Weights, and as {@code loss.calls} how far the loss has warmed up. */
    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = weights.state();
        state.put("loss.calls", calls);
        return state;
    }

    @Override
    public Losses learn(List<DepthExample> batch, double share) {
        Tensor pixels = Input.batch(batch.stream().map(DepthExample::input).toList());
        Tensor target = DepthExample.target(batch);
        DepthRange range = head.learning().values().range();
        Tensor valid = target.atLeast(Math.max(range.min(), LEAST)).and(target.lessThan(range.max()));
        double measured = valid.to(DType.F32).sum(false, 0, 1, 2, 3).item();
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("measured", measured / target.elements());
        if (measured < 2) { // a crop without depth teaches nothing
            return new Losses(0, parts);
        }
        List<Tokens> taps = weights.read(
                head.learning().taps(),
                pixels,
                batch.stream().map(DepthExample::input).toList());
        Tensor prediction = head.learning().forward(pixels, taps).bilinear(target.size(2), target.size(3), false);
        Tensor loss = sig(prediction, target, valid);
        parts.put("sig", loss.item());
        loss = loss.mul(settings.sigWeight);
        if (settings.gradientWeight > 0) {
            Tensor edges = gradient.forward(prediction, target, valid);
            parts.put("gradient", edges.item());
            loss = loss.add(edges.mul(settings.gradientWeight));
        }
        backbone.backward(loss.mul(share));
        return new Losses(loss.item(), parts);
    }

    /** The count lies in a tensor, which a resumed run fills before the first batch. */
    private Tensor sig(Tensor prediction, Tensor target, Tensor valid) {
        sig.resume((int) calls.item());
        Tensor loss = sig.forward(prediction, target, valid);
        calls.write(Tensor.of(new float[] {sig.calls()}, 1));
        return loss;
    }

    @Override
    public Scores evaluate() {
        if (mean.isEmpty()) {
            mean = OptionalDouble.of(meanDepth());
        }
        return validation.evaluate(backbone, head.inference(), mean.getAsDouble());
    }

    /** Of all pixels that teach, of up to 200 training examples, spread over the set: those that validation compares, too. */
    private double meanDepth() {
        DepthRange range = head.inference().values().range();
        double least = Math.max(range.min(), LEAST);
        double sum = 0;
        long count = 0;
        int used = Math.min(FOR_MEAN, examples.size());
        for (int i = 0; i < used; i++) {
            int index = (int) ((long) i * examples.size() / used);
            for (float metres :
                    examples.load(index, new SplittableRandom(index)).metres()) {
                boolean within = metres >= least && metres < range.max(); // NaN is not
                sum += within ? metres : 0;
                count += within ? 1 : 0;
            }
        }
        return sum / Math.max(1, count);
    }

    @Override
    public Optional<RgbImage> sheet() {
        return validation.truths().size() == 0 || settings.pictures == 0
                ? Optional.empty()
                : Optional.of(validation.sheet(backbone, head.inference()));
    }

    /**
     * Writes {@value #FILE}, which {@link io.github.dino4j.depth.DepthPredictor#load} reads without a preset, and the
     * backbone's part.
     */
    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        DepthPreset preset = settings.preset.withValues(head.inference().values());
        all.putAll(new DepthNotes(preset, head.inference().taps().layers())
                .metadata(backbone.config().depth()));
        return weights.export(folder, FILE, all);
    }

    @Override
    public void close() {
        head.close();
        arena.close();
    }
}
