package io.github.dino4j.compare;

import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.classify.Knn;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.SegmentMetrics;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Scores models and baselines on data sets, all by one protocol and in one run: k-NN and a linear classifier on whole photos,
 * a linear classifier on patches.
 */
public final class Scoring {
    private static final int NEIGHBOURS = 20;
    private static final int PIXELS = 32;
    private static final int SEEDS = 3;
    private static final double[] STRENGTHS = {1e-4, 1e-3, 1e-2, 1e-1, 1};
    private static final int BATCH = 512;
    private static final int CELL = 4; // pixels of a patch's side in the baseline of pixels

    private final List<Contender> contenders;
    private final boolean baselines;
    private final Comparison.Listener listener;

    /**
     * @param baselines whether pixels, colour histograms and random backbones of each shape are scored too, the random ones
     *     with three seeds
     */
    public Scoring(List<Contender> contenders, boolean baselines, Comparison.Listener listener) {
        this.contenders = List.copyOf(contenders);
        this.baselines = baselines;
        this.listener = listener;
    }

    /** Patches of a photo: a grid and the vectors, row by row. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Patches(int height, int width, float[] values) {}

    /** What is scored, by name; several readers of one name are seeds. */
    private <T> Map<String, List<T>> readers(
            Function<Contender, T> read, Map<String, T> simple, List<AutoCloseable> owned) {
        Map<String, List<T>> readers = new LinkedHashMap<>();
        for (Contender one : contenders) {
            readers.put(one.name(), List.of(read.apply(one)));
        }
        if (baselines) {
            simple.forEach((name, reader) -> readers.put(name, List.of(reader)));
            for (Contender one : contenders) {
                if (!one.knows()) {
                    continue;
                }
                List<T> drawn = new ArrayList<>();
                for (int seed = 1; seed <= SEEDS; seed++) {
                    Model random = Model.random(one.config(), seed);
                    owned.add(random);
                    drawn.add(read.apply(new Contender(one.name(), random, one.transform(), false)));
                }
                readers.put("random weights, shape of " + one.name(), drawn);
            }
        }
        return readers;
    }

    /**
     * Accuracy of k-NN and of a linear classifier.
     *
     * @param size of the square to which photos are resized
     */
    public List<Scoreboard> classification(TruthSet train, TruthSet test, int size) {
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            Map<String, Function<RgbImage, float[]>> simple = new LinkedHashMap<>();
            simple.put("pixels", photo -> Baselines.pixels(photo, PIXELS));
            simple.put("colour histogram", Baselines::histogram);
            Map<String, List<Function<RgbImage, float[]>>> readers = readers(
                    one -> {
                        Contender sized = one.with(one.transform().withSize(size, size));
                        return photo -> sized.features(photo).embedding();
                    },
                    simple,
                    owned);
            Map<String, List<Double>> neighbours = new LinkedHashMap<>();
            Map<String, List<Double>> linear = new LinkedHashMap<>();
            readers.forEach((name, seeds) -> {
                for (Function<RgbImage, float[]> reader : seeds) {
                    listener.does(name + " on " + train.name());
                    float[][] learned = read(train, reader);
                    float[][] asked = read(test, reader);
                    neighbours
                            .computeIfAbsent(name, n -> new ArrayList<>())
                            .add(knn(
                                    learned,
                                    labels(train),
                                    asked,
                                    labels(test),
                                    train.classes().size()));
                    linear.computeIfAbsent(name, n -> new ArrayList<>())
                            .add(linear(
                                    learned,
                                    labels(train),
                                    asked,
                                    labels(test),
                                    train.classes().size()));
                }
            });
            Map<String, Object> protocol = new LinkedHashMap<>();
            protocol.put("training photos", train.name() + ", " + train.size());
            protocol.put("test photos", test.name() + ", " + test.size());
            protocol.put("features", "class token of photos resized to " + size + " x " + size);
            protocol.put("pixels", PIXELS + " x " + PIXELS + " RGB levels minus 0.5");
            protocol.put("colour histogram", "4 x 4 x 4 bins, square roots");
            Map<String, Object> ofNeighbours = new LinkedHashMap<>(protocol);
            ofNeighbours.put(
                    "classifier", Math.min(NEIGHBOURS, train.size()) + " nearest by cosine, votes exp(cosine / 0.07)");
            Map<String, Object> ofLinear = new LinkedHashMap<>(protocol);
            ofLinear.put(
                    "classifier",
                    "ridge regression on one-hot classes, its strength chosen on a tenth of the training photos of "
                            + Arrays.toString(STRENGTHS));
            return List.of(
                    new Scoreboard("k-NN, top-1: " + test.name(), ofNeighbours, neighbours),
                    new Scoreboard("linear, top-1: " + test.name(), ofLinear, linear));
        } finally {
            close(owned);
        }
    }

    private static float[][] read(TruthSet set, Function<RgbImage, float[]> reader) {
        float[][] rows = new float[set.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = reader.apply(set.read(i).photo());
        }
        return rows;
    }

    private static int[] labels(TruthSet set) {
        return set.examples().stream()
                .mapToInt(
                        e -> e.category().orElseThrow(() -> new IllegalArgumentException(e.image() + " has no class")))
                .toArray();
    }

    private static double knn(float[][] train, int[] labels, float[][] test, int[] truth, int classes) {
        int neighbours = Math.min(NEIGHBOURS, train.length);
        Knn.Options options = Knn.Options.DINOV3.withKs(neighbours);
        int[] told = new Knn(FeatureRows.of(train), labels, classes, options).predict(FeatureRows.of(test), neighbours);
        return share(told, truth);
    }

    private static double linear(float[][] train, int[] labels, float[][] test, int[] truth, int classes) {
        int width = train[0].length;
        double chosen = STRENGTHS[0];
        double best = -1;
        try (Ridge part = new Ridge(width, classes);
                Ridge whole = new Ridge(width, classes)) {
            List<Integer> held = new ArrayList<>();
            List<Integer> kept = new ArrayList<>();
            for (int i = 0; i < train.length; i++) {
                (i % 10 == 9 ? held : kept).add(i);
            }
            add(part, train, labels, kept);
            add(whole, train, labels, held);
            int[] heldTruth = held.stream().mapToInt(i -> labels[i]).toArray();
            float[] heldRows = joined(held.stream().map(i -> train[i]).toArray(float[][]::new));
            for (double strength : STRENGTHS) {
                double score = share(part.solve(strength).predict(heldRows), heldTruth);
                if (score > best) {
                    best = score;
                    chosen = strength;
                }
            }
            whole.add(part);
            return share(whole.solve(chosen).predict(joined(test)), truth);
        }
    }

    private static void add(Ridge ridge, float[][] rows, int[] labels, List<Integer> chosen) {
        for (int first = 0; first < chosen.size(); first += BATCH) {
            List<Integer> some = chosen.subList(first, Math.min(first + BATCH, chosen.size()));
            ridge.add(
                    joined(some.stream().map(i -> rows[i]).toArray(float[][]::new)),
                    some.stream().mapToLong(i -> labels[i]).toArray());
        }
    }

    private static float[] joined(float[]... rows) {
        int width = rows[0].length;
        float[] all = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, all, i * width, width);
        }
        return all;
    }

    private static double share(int[] told, int[] truth) {
        int right = 0;
        for (int i = 0; i < told.length; i++) {
            right += told[i] == truth[i] ? 1 : 0;
        }
        return (double) right / told.length;
    }

    /** Mean intersection over union of a linear classifier on patches, whose scores are enlarged to the masks. */
    public Scoreboard segmentation(TruthSet train, TruthSet test, int size) {
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            int patch = contenders.get(0).config().patch();
            Map<String, Function<RgbImage, Patches>> simple = new LinkedHashMap<>();
            simple.put("pixels", photo -> pixels(photo, size / patch));
            simple.put("colour histogram", photo -> histograms(photo, size / patch));
            Map<String, List<Function<RgbImage, Patches>>> readers = readers(
                    one -> {
                        Contender sized = one.with(one.transform().withSize(size, size));
                        return photo -> {
                            Features f = sized.features(photo);
                            return new Patches(f.height(), f.width(), f.patches());
                        };
                    },
                    simple,
                    owned);
            Map<String, List<Double>> scores = new LinkedHashMap<>();
            readers.forEach((name, seeds) -> {
                for (Function<RgbImage, Patches> reader : seeds) {
                    listener.does(name + " on " + train.name());
                    scores.computeIfAbsent(name, n -> new ArrayList<>()).add(patches(train, test, reader));
                }
            });
            Map<String, Object> protocol = new LinkedHashMap<>();
            protocol.put("training photos", train.name() + ", " + train.size());
            protocol.put("test photos", test.name() + ", " + test.size());
            protocol.put("features", "patch tokens of photos resized to " + size + " x " + size);
            protocol.put("pixels", CELL + " x " + CELL + " RGB levels of each patch");
            protocol.put("colour histogram", "of each patch, 4 x 4 x 4 bins, square roots");
            protocol.put(
                    "classifier",
                    "ridge regression (strength 1e-3) on the class that fills most of a patch; scores enlarged bilinearly");
            return new Scoreboard("linear segmentation, mIoU: " + test.name(), protocol, scores);
        } finally {
            close(owned);
        }
    }

    private static Patches pixels(RgbImage photo, int grid) {
        float[] all = Baselines.pixels(photo, grid * CELL);
        float[] values = new float[all.length];
        int at = 0;
        for (int row = 0; row < grid; row++) {
            for (int column = 0; column < grid; column++) {
                for (int y = 0; y < CELL; y++) {
                    int from = 3 * ((row * CELL + y) * grid * CELL + column * CELL);
                    System.arraycopy(all, from, values, at, 3 * CELL);
                    at += 3 * CELL;
                }
            }
        }
        return new Patches(grid, grid, values);
    }

    private static Patches histograms(RgbImage photo, int grid) {
        List<float[]> cells = new ArrayList<>();
        for (int row = 0; row < grid; row++) {
            int y0 = row * photo.height() / grid;
            int y1 = Math.max(y0 + 1, (row + 1) * photo.height() / grid);
            for (int column = 0; column < grid; column++) {
                int x0 = column * photo.width() / grid;
                int x1 = Math.max(x0 + 1, (column + 1) * photo.width() / grid);
                cells.add(Baselines.histogram(photo.crop(x0, y0, x1 - x0, y1 - y0)));
            }
        }
        return new Patches(grid, grid, joined(cells.toArray(new float[0][])));
    }

    private static double patches(TruthSet train, TruthSet test, Function<RgbImage, Patches> reader) {
        int classes = train.classes().size();
        Ridge ridge = null;
        try {
            for (int i = 0; i < train.size(); i++) {
                var scene = train.read(i);
                Patches patches = reader.apply(scene.photo());
                int width = patches.values().length / (patches.height() * patches.width());
                ridge = ridge == null ? new Ridge(width, classes) : ridge;
                addLabelled(
                        ridge, patches, width, scene.labels().orElseThrow(), scene.width(), scene.height(), classes);
            }
            Ridge.Classifier classifier =
                    java.util.Objects.requireNonNull(ridge).solve(1e-3);
            SegmentMetrics metrics = new SegmentMetrics(test.classes());
            for (int i = 0; i < test.size(); i++) {
                var scene = test.read(i);
                Patches patches = reader.apply(scene.photo());
                metrics.add(enlarged(classifier, patches, scene.width(), scene.height()), truth(scene, test));
            }
            return metrics.meanIou();
        } finally {
            if (ridge != null) {
                ridge.close();
            }
        }
    }

    private static int[] truth(io.github.dino4j.augment.Scene scene, TruthSet set) {
        int[] labels = scene.labels().orElseThrow().clone();
        for (int i = 0; i < labels.length; i++) {
            labels[i] = labels[i] == set.ignored() ? -1 : labels[i];
        }
        return labels;
    }

    /** Adds each patch that shows a class, with the one that fills most of it. */
    private static void addLabelled(
            Ridge ridge, Patches patches, int width, int[] labels, int columns, int rows, int classes) {
        List<float[]> vectors = new ArrayList<>();
        List<Long> most = new ArrayList<>();
        for (int p = 0; p < patches.height() * patches.width(); p++) {
            int row = p / patches.width();
            int column = p % patches.width();
            int[] counts = new int[classes];
            for (int y = row * rows / patches.height(); y < (row + 1) * rows / patches.height(); y++) {
                for (int x = column * columns / patches.width(); x < (column + 1) * columns / patches.width(); x++) {
                    int label = labels[y * columns + x];
                    if (label >= 0 && label < classes) {
                        counts[label]++;
                    }
                }
            }
            int best = 0;
            for (int k = 1; k < classes; k++) {
                best = counts[k] > counts[best] ? k : best;
            }
            if (counts[best] > 0) {
                vectors.add(Arrays.copyOfRange(patches.values(), p * width, (p + 1) * width));
                most.add((long) best);
            }
        }
        if (!vectors.isEmpty()) {
            ridge.add(
                    joined(vectors.toArray(new float[0][])),
                    most.stream().mapToLong(k -> k).toArray());
        }
    }

    private static int[] enlarged(Ridge.Classifier classifier, Patches patches, int width, int height) {
        try (Scope scope = Scope.inference()) {
            Tensor scores = classifier.scores(patches.values());
            Tensor map = scores.transpose(0, 1)
                    .reshape(1, classifier.classes(), patches.height(), patches.width())
                    .bilinear(height, width, false);
            float[] values = map.argmax(1).to(io.github.dino4j.tensor.DType.F32).toFloats();
            int[] labels = new int[values.length];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (int) values[i];
            }
            return labels;
        }
    }

    private static void close(List<AutoCloseable> owned) {
        for (AutoCloseable one : owned) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
