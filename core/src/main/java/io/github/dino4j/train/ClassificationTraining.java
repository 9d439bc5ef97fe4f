package io.github.dino4j.train;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.classify.ClassificationLoss;
import io.github.dino4j.classify.ClassifierFile;
import io.github.dino4j.classify.LinearClassifier;
import io.github.dino4j.classify.LinearInput;
import io.github.dino4j.decoder.TapReader;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Linear classifiers learn on a backbone that is frozen, adapted or learning itself.
 *
 * <p>As a linear probe (DINOv2, arXiv:2304.07193, "Linear evaluation"; DINOv3 alike) many classifiers, which differ in input
 * and learning rate, learn at once from one pass of the backbone; the loss is the sum of theirs, and the best by validation
 * is kept. Run it with SGD, momentum 0.9, no weight decay, a base rate of 1 that falls along a cosine to 0 over the whole
 * run. With one {@link Probe} it is the usual training of a head, which LoRA and full fine-tuning take.
 *
 * <p>Owns the classifiers and closes them; backbone and cache stay the caller's.
 */
public final class ClassificationTraining implements TrainingTask<ClassExample> {
    /** Name of the file that {@link #export} writes. */
    public static final String FILE = "classifier.safetensors";

    private static final String BEST = "head.best";

    private final LearningBackbone backbone;
    private final Examples<ClassExample> examples;
    private final Settings settings;
    private final ClassificationValidation validation;
    private final List<Probing> probings = new ArrayList<>();
    private final Taps taps;
    private final Arena arena = new Arena();
    private final Tensor best; // index of the winner [1], a tensor so that a resumed run finds it again

    /** A classifier that learns. */
    private record Probing(Probe probe, LearningHead<LinearClassifier> head) {
        Map<String, Tensor> variables() {
            return prefixed("head." + probe.name() + ".", head.variables());
        }
    }

    /**
     * What learns, and how.
     *
     * @param classes of the labels
     * @param probes the classifiers; one for the usual training of a head
     * @param loss one label an image, or several
     * @param seed of the first weights
     * @param batch images that validation takes at once
     * @param normalisation that the examples went through, to draw them
     * @param cache of features, for a frozen backbone and examples without anything random; it keeps what classifiers read,
     *     a token or two of each layer, and holds training and validation images
     */
    public record Settings(
            ClassList classes,
            List<Probe> probes,
            ClassificationLoss loss,
            long seed,
            int batch,
            Normalisation normalisation,
            Optional<FeatureCache> cache) {
        public Settings {
            probes = List.copyOf(probes);
            if (probes.isEmpty() || probes.stream().map(Probe::name).distinct().count() < probes.size()) {
                throw new IllegalArgumentException("wanted at least one probe and no two alike, found " + probes);
            }
            if (batch < 1) {
                throw new IllegalArgumentException("a batch has at least one image, not " + batch);
            }
        }

        /** Cross entropy, seed 0, batches of 32, ImageNet's normalisation, no cache. */
        public static Settings of(ClassList classes, Probe... probes) {
            return of(classes, List.of(probes));
        }

        /** The same. */
        public static Settings of(ClassList classes, List<Probe> probes) {
            return new Settings(
                    classes, probes, ClassificationLoss.CROSS_ENTROPY, 0, 32, Normalisation.IMAGENET, Optional.empty());
        }

        public Settings withLoss(ClassificationLoss other) {
            return new Settings(classes, probes, other, seed, batch, normalisation, cache);
        }

        public Settings withSeed(long other) {
            return new Settings(classes, probes, loss, other, batch, normalisation, cache);
        }

        /** With that many images at once in validation. */
        public Settings withBatch(int images) {
            return new Settings(classes, probes, loss, seed, images, normalisation, cache);
        }

        public Settings withNormalisation(Normalisation other) {
            return new Settings(classes, probes, loss, seed, batch, other, cache);
        }

        /** Epochs after the first then cost no pass of the backbone. */
        public Settings withCache(FeatureCache features) {
            return new Settings(classes, probes, loss, seed, batch, normalisation, Optional.of(features));
        }
    }

    /**
     * A task.
     *
     * @param validation on which {@link #evaluate} measures; all of one size, as the examples are
     * @throws IllegalArgumentException if the backbone has fewer blocks than a probe reads, or features of a backbone that
     *     learns shall be kept
     */
    public ClassificationTraining(
            LearningBackbone backbone,
            Examples<ClassExample> examples,
            Examples<ClassExample> validation,
            Settings settings) {
        if (settings.cache().isPresent()) {
            Weights.requireFrozen(backbone);
        }
        this.backbone = backbone;
        this.examples = examples;
        this.settings = settings;
        this.validation = new ClassificationValidation(
                validation, settings.classes(), settings.loss().severalLabels(), settings.batch());
        int blocks = settings.probes().stream()
                .mapToInt(p -> p.input().blocks())
                .max()
                .orElseThrow();
        taps = new Taps(Layers.last(blocks), true);
        try (Scope scope = Scope.inference()) {
            best = arena.keep(Tensor.zeros(1));
            settings.probes().forEach(probe -> probings.add(new Probing(probe, head(probe))));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private LearningHead<LinearClassifier> head(Probe probe) {
        LinearClassifier.Config config = new LinearClassifier.Config(
                probe.input(),
                probe.input().width(backbone.config()),
                settings.classes().size());
        return LearningHead.random(settings.seed(), p -> new LinearClassifier(p, config));
    }

    @Override
    public String title() {
        String heads = probings.size() == 1 ? "linear classifier" : probings.size() + " linear classifiers";
        return heads + ", " + settings.classes().size() + " classes, on " + backbone.title();
    }

    @Override
    public Examples<ClassExample> examples() {
        return examples;
    }

    /** One group a classifier, whose rate is the probe's; the backbone's weights, if they learn, at the run's own rate. */
    @Override
    public List<ParameterGroup> groups() {
        List<ParameterGroup> groups = new ArrayList<>();
        for (Probing one : probings) {
            groups.add(new ParameterGroup(
                    one.probe().name(), one.variables(), one.probe().rate(), 1, false));
        }
        if (!backbone.isFrozen()) {
            groups.add(ParameterGroup.of("backbone", prefixed("backbone.", backbone.variables())));
        }
        return groups;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        probings.forEach(one -> state.putAll(one.variables()));
        state.put(BEST, best);
        state.putAll(prefixed("backbone.", backbone.variables()));
        return state;
    }

    private static Map<String, Tensor> prefixed(String prefix, Map<String, Tensor> tensors) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> named.put(prefix + name, tensor));
        return named;
    }

    @Override
    public Losses learn(List<ClassExample> batch, double share) {
        try (Scope scope = Scope.open()) {
            List<Tokens> tokens = read(ClassExample.inputs(batch));
            Tensor truth = ClassExample.truth(
                    batch, settings.classes().size(), settings.loss().severalLabels());
            List<Tensor> losses = probings.stream()
                    .map(one -> settings.loss().of(one.head().learning().forward(tokens), truth))
                    .toList();
            Tensor total = losses.stream().reduce(Tensor::add).orElseThrow();
            Map<String, Double> parts = new LinkedHashMap<>();
            for (int i = 0; probings.size() > 1 && i < losses.size(); i++) {
                parts.put(probings.get(i).probe().name(), losses.get(i).item());
            }
            double value = total.item();
            backbone.backward(total.mul(share));
            return new Losses(value, parts);
        }
    }

    private List<Tokens> read(List<Input> inputs) {
        return settings.cache()
                .map(features -> features.read(new Pooled(backbone), taps, inputs))
                .orElseGet(() -> backbone.read(Input.batch(inputs), taps));
    }

    /** What the cache keeps of a frozen backbone: no patches, which would be a hundred times as much. */
    private record Pooled(TapReader backbone) implements TapReader {
        @Override
        public BackboneConfig config() {
            return backbone.config();
        }

        @Override
        public List<Tokens> read(Tensor pixels, Taps taps) {
            return LinearInput.pooled(backbone.read(pixels, taps));
        }
    }

    /** Top-1 and top-5, or of several labels mAP, of the best classifier (the first of equals), and of each. */
    @Override
    public Scores evaluate() {
        ClassificationValidation.Outcome outcome =
                validation.evaluate(settings.probes(), settings.loss().toString(), this::scores);
        try (Scope scope = Scope.inference()) {
            best.copyFrom(Tensor.of(new float[] {outcome.best()}, 1));
        }
        return outcome.scores();
    }

    /** The best classifier of the last evaluation, also of a run that was resumed since; before one, the first. */
    public Probe best() {
        return winner().probe();
    }

    private Probing winner() {
        return probings.get((int) best.item());
    }

    /** Logits of each classifier [B][K] for validation images. */
    private List<double[][]> scores(List<Input> batch) {
        try (Scope scope = Scope.inference()) {
            List<Tokens> tokens = read(batch.stream().map(this::behindExamples).toList());
            int classes = settings.classes().size();
            List<double[][]> all = new ArrayList<>();
            for (Probing one : probings) {
                float[] values = one.head().inference().forward(tokens).toFloats();
                double[][] rows = new double[batch.size()][classes];
                for (int i = 0; i < values.length; i++) {
                    rows[i / classes][i % classes] = values[i];
                }
                all.add(rows);
            }
            return all;
        }
    }

    /** The cache goes by numbers: those of validation images follow the examples'. */
    private Input behindExamples(Input input) {
        return new Input(
                examples.size() + input.index(), input.channels(), input.height(), input.width(), input.values());
    }

    /** Validation photos in up to two rows, each with its predicted and its true class. */
    @Override
    public Optional<RgbImage> sheet() {
        return validation.examples().size() == 0
                ? Optional.empty()
                : Optional.of(validation.sheet(probings.indexOf(winner()), settings.normalisation(), this::scores));
    }

    /** Writes the best classifier, which {@code ClassificationPredictor.load} reads, and what the backbone has learned. */
    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        Files.createDirectories(folder);
        List<Path> files = new ArrayList<>(backbone.export(folder, metadata));
        Map<String, String> texts = Weights.notes(metadata, files);
        texts.putAll(ClassifierFile.texts(best().input(), settings.classes().names()));
        winner().head().save(folder.resolve(FILE), texts);
        files.add(0, folder.resolve(FILE));
        return files;
    }

    @Override
    public void close() {
        probings.forEach(one -> one.head().close());
        arena.close();
    }
}
