package io.github.dino4j.train;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.classify.ClassificationLoss;
import io.github.dino4j.classify.ClassificationMetrics;
import io.github.dino4j.classify.ClassifierFile;
import io.github.dino4j.classify.LinearClassifier;
import io.github.dino4j.classify.MultiLabelMetrics;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.visual.Montage;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Linear classifiers learn on a backbone that is frozen, adapted or learning itself.
 *
 * <p>As a linear probe (DINOv2, arXiv:2304.07193, "Linear evaluation"; DINOv3 alike) many classifiers, which differ in input
 * and learning rate, learn at once from one pass of the backbone; the loss is the sum of theirs, and the best by validation
 * is kept. Run it with SGD, momentum 0.9, no weight decay, a base rate of 1 that falls along a cosine to 0 over the whole
 * run. With one {@link Probe} it is the usual training of a head, which LoRA and full fine-tuning take.
 */
public final class ClassificationTraining implements TrainingTask<ClassExample> {
    /** Name of the file that {@link #export} writes. */
    public static final String FILE = "classifier.safetensors";

    private static final int SHEET_COLUMNS = 4;

    private final LearningBackbone backbone;
    private final Examples<ClassExample> examples;
    private final Examples<ClassExample> validation;
    private final Settings settings;
    private final Taps taps;
    private final Arena arena = new Arena();
    private final List<Learner> learners = new ArrayList<>();
    private int best;

    /** A classifier with its weights by the names they have in state and groups. */
    private record Learner(Probe probe, LinearClassifier head, Map<String, Tensor> variables) {}

    /**
     * What learns, and how.
     *
     * @param classes of the labels
     * @param probes the classifiers; one for the usual training of a head
     * @param loss one label an image, or several
     * @param seed of the first weights
     * @param batch images that validation takes at once
     */
    public record Settings(ClassList classes, List<Probe> probes, ClassificationLoss loss, long seed, int batch) {
        public Settings {
            probes = List.copyOf(probes);
            if (probes.isEmpty() || probes.stream().distinct().count() < probes.size()) {
                throw new IllegalArgumentException("wanted at least one probe and no two alike, found " + probes);
            }
            if (batch < 1) {
                throw new IllegalArgumentException("a batch has at least one image, not " + batch);
            }
        }

        /** Cross entropy, seed 0, batches of 32. */
        public static Settings of(ClassList classes, Probe... probes) {
            return new Settings(classes, List.of(probes), ClassificationLoss.CROSS_ENTROPY, 0, 32);
        }
    }

    /**
     * A task; it does not close the backbone.
     *
     * @param validation on which {@link #evaluate} measures; all of one size, as the examples are
     * @throws IllegalArgumentException if the backbone has fewer blocks than a probe reads
     */
    public ClassificationTraining(
            LearningBackbone backbone,
            Examples<ClassExample> examples,
            Examples<ClassExample> validation,
            Settings settings) {
        this.backbone = backbone;
        this.examples = examples;
        this.validation = validation;
        this.settings = settings;
        int blocks = settings.probes().stream()
                .mapToInt(p -> p.input().blocks())
                .max()
                .orElseThrow();
        taps = new Taps(Layers.last(blocks), true);
        try (Scope scope = Scope.open()) {
            for (Probe probe : settings.probes()) {
                learners.add(learner(probe));
            }
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private Learner learner(Probe probe) {
        TrainableParameters source =
                new TrainableParameters(new RandomParameters(settings.seed(), arena), name -> true);
        LinearClassifier.Config config = new LinearClassifier.Config(
                probe.input(),
                probe.input().width(backbone.config()),
                settings.classes().size());
        LinearClassifier head = new LinearClassifier(Parameters.of(source).at(probe.name()), config);
        return new Learner(probe, head, source.variables());
    }

    @Override
    public String title() {
        String heads = learners.size() == 1 ? "linear classifier" : learners.size() + " linear classifiers";
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
        for (Learner one : learners) {
            groups.add(new ParameterGroup(
                    one.probe().name(), one.variables(), one.probe().rate(), 1, false));
        }
        if (!backbone.isFrozen()) {
            groups.add(ParameterGroup.of("backbone", backbone.variables()));
        }
        return groups;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(backbone.variables());
        learners.forEach(one -> state.putAll(one.variables()));
        return state;
    }

    @Override
    public Losses learn(List<ClassExample> batch, double share) {
        try (Scope scope = Scope.open()) {
            List<Tokens> tokens = backbone.read(tensor(batch), taps);
            Tensor truth = truth(batch);
            List<Tensor> losses = learners.stream()
                    .map(one -> settings.loss().of(one.head().forward(tokens), truth))
                    .toList();
            Tensor total = losses.stream().reduce(Tensor::add).orElseThrow();
            Map<String, Double> parts = new LinkedHashMap<>();
            for (int i = 0; learners.size() > 1 && i < losses.size(); i++) {
                parts.put(learners.get(i).probe().name(), losses.get(i).item());
            }
            double value = total.item();
            backbone.backward(total.mul(share));
            return new Losses(value, parts);
        }
    }

    private static Tensor tensor(List<ClassExample> batch) {
        return Model.tensor(batch.stream().map(ClassExample::pixels).toList());
    }

    /** 1 for the classes that an image has. */
    private Tensor truth(List<ClassExample> batch) {
        int classes = settings.classes().size();
        float[] truth = new float[batch.size() * classes];
        for (int i = 0; i < batch.size(); i++) {
            List<Integer> labels = batch.get(i).labels();
            if (!settings.loss().severalLabels() && labels.size() != 1) {
                throw new IllegalArgumentException("an image has the labels " + labels
                        + ", and the loss reads one an image; take BinaryCrossEntropy for several");
            }
            for (int label : labels) {
                if (label < 0 || label >= classes) {
                    throw new IllegalArgumentException("label " + label + " is none of " + settings.classes());
                }
                truth[i * classes + label] = 1;
            }
        }
        return Tensor.of(truth, batch.size(), classes);
    }

    /** Top-1 and top-5, or of several labels mAP, of the best classifier (the first of equals), and of each. */
    @Override
    public Scores evaluate() {
        int classes = settings.classes().size();
        boolean several = settings.loss().severalLabels();
        List<ClassificationMetrics> metrics = new ArrayList<>();
        List<MultiLabelMetrics> precisions = new ArrayList<>();
        learners.forEach(one -> {
            metrics.add(new ClassificationMetrics(settings.classes()));
            precisions.add(new MultiLabelMetrics(classes));
        });
        for (int first = 0; first < validation.size(); first += settings.batch()) {
            List<ClassExample> batch = batch(first, Math.min(first + settings.batch(), validation.size()));
            List<double[][]> scores = scores(batch);
            for (int l = 0; l < learners.size(); l++) {
                for (int i = 0; i < batch.size(); i++) {
                    List<Integer> labels = batch.get(i).labels();
                    if (several) {
                        boolean[] truth = new boolean[classes];
                        labels.forEach(label -> truth[label] = true);
                        precisions.get(l).add(scores.get(l)[i], truth);
                    } else {
                        metrics.get(l).add(scores.get(l)[i], labels.get(0));
                    }
                }
            }
        }
        String chief = several ? "mAP" : "top1";
        Map<String, Double> each = new LinkedHashMap<>();
        best = 0;
        double highest = Double.NEGATIVE_INFINITY;
        for (int l = 0; l < learners.size(); l++) {
            double value = several
                    ? precisions.get(l).meanAveragePrecision()
                    : metrics.get(l).top1();
            each.put(chief + "/" + learners.get(l).probe().name(), value);
            if (value > highest) {
                highest = value;
                best = l;
            }
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(chief, each.get(chief + "/" + best().name()));
        if (!several) {
            values.put("top5", metrics.get(best).top5());
        }
        if (learners.size() > 1) {
            values.putAll(each);
        }
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("images", validation.size());
        protocol.put("classes", settings.classes().names());
        protocol.put("loss", settings.loss().toString());
        protocol.put("classifiers", learners.size());
        protocol.put("best", best().name());
        protocol.put("choice", "largest " + chief + " on these images, the first of equals");
        return new Scores(values, chief, true, protocol);
    }

    /** The best classifier of the last evaluation; before one, the first. */
    public Probe best() {
        return learners.get(best).probe();
    }

    private List<ClassExample> batch(int from, int to) {
        List<ClassExample> batch = new ArrayList<>();
        for (int i = from; i < to; i++) {
            batch.add(validation.load(i, new SplittableRandom(i)));
        }
        return batch;
    }

    /** Logits of each classifier [B][K]. */
    private List<double[][]> scores(List<ClassExample> batch) {
        try (Scope scope = Scope.inference()) {
            List<Tokens> tokens = backbone.read(tensor(batch), taps);
            int classes = settings.classes().size();
            List<double[][]> all = new ArrayList<>();
            for (Learner one : learners) {
                float[] values = one.head().forward(tokens).toFloats();
                double[][] rows = new double[batch.size()][classes];
                for (int i = 0; i < values.length; i++) {
                    rows[i / classes][i % classes] = values[i];
                }
                all.add(rows);
            }
            return all;
        }
    }

    /** The first validation photos of up to two rows, each with its predicted and its true class. */
    @Override
    public Optional<RgbImage> sheet() {
        int count = Math.min(2 * SHEET_COLUMNS, validation.size());
        if (count == 0) {
            return Optional.empty();
        }
        Montage sheet = Montage.ofColumns(SHEET_COLUMNS).title("predicted (true)");
        int step = validation.size() / count;
        for (int n = 0; n < count; n++) {
            List<ClassExample> one = batch(n * step, n * step + 1);
            double[] scores = scores(one).get(best)[0];
            String truth = String.join(
                    ", ",
                    one.get(0).labels().stream().map(settings.classes()::nameOf).toList());
            int predicted = 0;
            for (int k = 1; k < scores.length; k++) {
                predicted = scores[k] > scores[predicted] ? k : predicted;
            }
            String name = settings.classes().nameOf(predicted);
            sheet.add(picture(one.get(0).pixels()), name.equals(truth) ? name : name + " (" + truth + ")");
        }
        return Optional.of(sheet.render());
    }

    /** Normalised pixels as a picture again: the values from their least to their greatest. */
    private static RgbImage picture(Pixels pixels) {
        float[] values = pixels.values();
        int size = pixels.height() * pixels.width();
        byte[] rgb = new byte[3 * size];
        for (int c = 0; c < 3; c++) {
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < size; i++) {
                low = Math.min(low, values[c * size + i]);
                high = Math.max(high, values[c * size + i]);
            }
            for (int i = 0; i < size; i++) {
                rgb[3 * i + c] = (byte) Math.round(255 * (values[c * size + i] - low) / Math.max(high - low, 1e-6f));
            }
        }
        return RgbImage.of(pixels.width(), pixels.height(), rgb);
    }

    /** Writes the best classifier, which {@code ClassificationPredictor.load} reads, and what the backbone has learned. */
    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        Files.createDirectories(folder);
        Learner one = learners.get(best);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        Map<String, String> texts = new LinkedHashMap<>(metadata);
        texts.putAll(
                ClassifierFile.texts(one.probe().input(), settings.classes().names()));
        try (Scope scope = Scope.inference()) {
            one.variables()
                    .forEach((name, tensor) -> tensors.put(
                            name.substring(one.probe().name().length() + 1),
                            new StoredTensor.InEngine(tensor.detach())));
            Safetensors.write(folder.resolve(FILE), tensors, texts);
        }
        List<Path> files = new ArrayList<>(List.of(folder.resolve(FILE)));
        files.addAll(backbone.export(folder, metadata));
        return files;
    }

    @Override
    public void close() {
        arena.close();
    }
}
