package io.github.dino4j.train;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.detect.DetectionLoss;
import io.github.dino4j.detect.DetectionOptions;
import io.github.dino4j.detect.Detector;
import io.github.dino4j.detect.DetectorConfig;
import io.github.dino4j.detect.DetectorFile;
import io.github.dino4j.detect.DetectorOutput;
import io.github.dino4j.detect.PaddedImages;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Teaches a detector, and the backbone under it where that learns: DINOv3's own ({@link DetectorConfig#published}) or the
 * same small ({@link DetectorConfig#light}), by the set loss of DETR ({@link DetectionLoss}). Measured is COCO's mean average
 * precision on whole photos, run as the predictor runs them.
 *
 * <p>Owns the head and closes it; backbone and cache stay the caller's.
 */
public final class DetectionTraining implements TrainingTask<DetectionExample> {
    /** File of the detector in {@link #export}'s folder. */
    public static final String FILE = "detector.safetensors";

    private final LearningBackbone backbone;
    private final LearningHead<Detector> head;
    private final Examples<DetectionExample> examples;
    private final DetectionLoss loss;
    private final Settings settings;
    private final DetectionValidation validation;
    private final Weights weights;

    /**
     * Everything beside the data.
     *
     * @param classes that the detector tells apart
     * @param normalisation of the backbone's colours
     * @param side of photos in use, here and by the exported file: pixels of the shorter one
     * @param cache of features, for a frozen backbone without windows, and examples of one size without anything random
     * @param pictures how many validation photos {@link #sheet} shows
     */
    public record Settings(
            ClassList classes, Normalisation normalisation, int side, Optional<FeatureCache> cache, int pictures) {
        /** Without a cache, with four pictures. */
        public static Settings of(ClassList classes, Normalisation normalisation, int side) {
            return new Settings(classes, normalisation, side, Optional.empty(), 4);
        }

        public Settings withCache(FeatureCache features) {
            return new Settings(classes, normalisation, side, Optional.of(features), pictures);
        }

        public Settings withPictures(int count) {
            return new Settings(classes, normalisation, side, cache, count);
        }
    }

    private DetectionTraining(
            LearningBackbone backbone,
            LearningHead<Detector> head,
            Examples<DetectionExample> examples,
            Examples<DetectionTruth> validation,
            DetectionLoss loss,
            Settings settings) {
        DetectorConfig config = head.inference().config();
        settings.classes.require(config.classes());
        if (settings.cache.isPresent() && config.windows() > 0) {
            throw new IllegalArgumentException("features are kept of whole images, and this detector looks at "
                    + config.windows() + " x " + config.windows() + " windows; leave the cache or the windows away");
        }
        this.backbone = backbone;
        this.head = head;
        this.examples = examples;
        this.loss = loss;
        this.settings = settings;
        this.validation = new DetectionValidation(
                validation,
                settings.classes,
                settings.normalisation,
                DetectionOptions.ofSide(settings.side, backbone.config().patch()),
                settings.pictures);
        this.weights = Weights.of(backbone, head, settings.cache);
    }

    /**
     * A task over a detector, such as {@code LearningHead.random(7, p -> new Detector(p, config))}.
     *
     * @param validation photos of which nothing is learned
     * @throws IllegalArgumentException if the detector has another number of classes, or features shall be kept that change
     */
    public static DetectionTraining of(
            LearningBackbone backbone,
            LearningHead<Detector> head,
            Examples<DetectionExample> examples,
            Examples<DetectionTruth> validation,
            DetectionLoss loss,
            Settings settings) {
        return new DetectionTraining(backbone, head, examples, validation, loss, settings);
    }

    @Override
    public String title() {
        DetectorConfig c = head.inference().config();
        return "detector of width " + c.dim() + ", " + c.encoderLayers() + " + " + c.decoderLayers() + " layers, "
                + c.queries() + " queries, " + c.classes() + " classes, on " + backbone.title();
    }

    @Override
    public Examples<DetectionExample> examples() {
        return examples;
    }

    /** The backbone's, and the head's with weight decay and without: norms, biases and embeddings are not drawn to 0. */
    @Override
    public List<ParameterGroup> groups() {
        Map<String, Tensor> matrices = new LinkedHashMap<>();
        Map<String, Tensor> others = new LinkedHashMap<>();
        head.variables().forEach((name, tensor) -> {
            boolean decays = tensor.dim() >= 2 && !name.contains("embed.weight") && !name.contains("level_embed");
            (decays ? matrices : others).put("head." + name, tensor);
        });
        List<ParameterGroup> groups = new ArrayList<>();
        groups.add(ParameterGroup.of("head", matrices));
        groups.add(new ParameterGroup("head, without weight decay", others, 1, 0, false));
        weights.groups().stream().filter(g -> g.name().equals("backbone")).forEach(groups::add);
        return groups;
    }

    @Override
    public Map<String, Tensor> state() {
        return weights.state();
    }

    @Override
    public Losses learn(List<DetectionExample> batch, double share) {
        Detector detector = head.learning();
        PaddedImages images = PaddedImages.of(
                batch.stream().map(DetectionExample::plane).toList(),
                detector.config().stride());
        Taps taps = detector.config().taps();
        List<Input> inputs = batch.stream().map(DetectionExample::input).toList();
        Function<Tensor, List<Tokens>> reader =
                pixels -> settings.cache.isPresent() ? weights.read(taps, pixels, inputs) : backbone.read(pixels, taps);
        DetectorOutput output = detector.forward(images, detector.features(images, reader));
        DetectionLoss.Value value = loss.of(
                output,
                batch.stream()
                        .map(example -> DetectionLoss.Targets.of(example.boxes()))
                        .toList(),
                detector.config().repeats());
        backbone.backward(value.total().mul(share));
        return new Losses(value.total().item(), value.parts());
    }

    @Override
    public Scores evaluate() {
        return validation.evaluate(backbone, head.inference());
    }

    /** Truth and prediction of validation photos, side by side. */
    @Override
    public Optional<RgbImage> sheet() {
        return settings.pictures == 0 || validation.truths().size() == 0
                ? Optional.empty()
                : Optional.of(validation.sheet(backbone, head.inference()));
    }

    /**
     * Writes {@value #FILE}, which {@link io.github.dino4j.detect.DetectionPredictor#load} reads with its classes and sizes,
     * and the backbone's part.
     */
    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>(metadata);
        texts.putAll(DetectorFile.texts(head.inference().config(), settings.classes, settings.side));
        return weights.export(folder, FILE, texts);
    }

    @Override
    public void close() {
        head.close();
    }
}
