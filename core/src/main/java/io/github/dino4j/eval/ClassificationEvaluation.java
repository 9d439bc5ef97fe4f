package io.github.dino4j.eval;

import io.github.dino4j.classify.ClassificationMetrics;
import io.github.dino4j.classify.FeatureReader;
import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.classify.Knn;
import io.github.dino4j.classify.LabelledPhotos;
import io.github.dino4j.classify.LogisticRegression;
import io.github.dino4j.export.ModelIdentity;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How well features classify a test set after a training set, without training the backbone: by k-NN, or by logistic
 * regression. Immutable.
 */
public final class ClassificationEvaluation {
    private final ClassList classes;
    private final Split train;
    private final Split test;
    private final String data;
    private final Map<String, Object> setup;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Split(FeatureRows rows, int[] labels) {}

    private ClassificationEvaluation(
            String data, ClassList classes, Split train, Split test, Map<String, Object> setup) {
        this.data = data;
        this.classes = classes;
        this.train = train;
        this.test = test;
        this.setup = setup;
    }

    /**
     * Reads the features of all photos by a backbone, on the caller's thread.
     *
     * @throws io.github.dino4j.image.ImageException naming the first photo that cannot be read
     * @throws IllegalArgumentException if both sets have other classes
     */
    public static ClassificationEvaluation of(FeatureReader reader, LabelledPhotos train, LabelledPhotos test) {
        Map<String, Object> setup = new LinkedHashMap<>();
        setup.put("backbone", ModelIdentity.of(reader.model()).toMap());
        setup.put("input", reader.input().describe());
        setup.put("transform", reader.transform().describe());
        return of(train, test, reader::read, setup);
    }

    /**
     * The baseline that knows nothing: the pixels themselves, their mean over a grid, as features.
     *
     * @param side cells of the grid's side
     */
    public static ClassificationEvaluation ofPixels(LabelledPhotos train, LabelledPhotos test, int side) {
        return of(
                train,
                test,
                photo -> pixels(photo, side),
                Map.of("features", "pixels, mean over " + side + " x " + side + " cells, minus 0.5"));
    }

    private static ClassificationEvaluation of(
            LabelledPhotos train, LabelledPhotos test, Function<RgbImage, float[]> read, Map<String, Object> setup) {
        if (!train.classes().names().equals(test.classes().names())) {
            throw new IllegalArgumentException("training and test photos have other classes: "
                    + train.classes().names() + " and " + test.classes().names()
                    + "; read the test folder with the training folder's classes");
        }
        return new ClassificationEvaluation(
                test.classes().name(), train.classes(), split(train, read), split(test, read), setup);
    }

    private static Split split(LabelledPhotos photos, Function<RgbImage, float[]> read) {
        ImageDecoder decoder = ImageDecoder.standard();
        float[][] rows = photos.photos().stream()
                .map(photo -> read.apply(decoder.read(photo)))
                .toArray(float[][]::new);
        return new Split(FeatureRows.of(rows), photos.labelArray());
    }

    /** Mean colours of the cells [side * side * 3], each minus 0.5. */
    private static float[] pixels(RgbImage photo, int side) {
        float[] sums = new float[side * side * 3];
        int[] counts = new int[side * side];
        for (int y = 0; y < photo.height(); y++) {
            for (int x = 0; x < photo.width(); x++) {
                int cell = y * side / photo.height() * side + x * side / photo.width();
                int colour = photo.pixel(x, y);
                counts[cell]++;
                for (int c = 0; c < 3; c++) {
                    sums[3 * cell + c] += ((colour >> (16 - 8 * c)) & 0xff) / 255f;
                }
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = sums[i] / Math.max(1, counts[i / 3]) - 0.5f;
        }
        return sums;
    }

    /** One result for each k, in the order of the options. */
    public List<ClassificationResult> knn(Knn.Options options, LocalDate date) {
        Map<Integer, ClassificationMetrics> metrics = new LinkedHashMap<>();
        options.ks().forEach(k -> metrics.put(k, new ClassificationMetrics(classes)));
        new Knn(train.rows(), train.labels(), classes.size(), options).classify(test.rows(), (index, k, votes) -> {
            ClassificationMetrics one = metrics.get(k);
            if (one != null) {
                one.add(votes, test.labels()[index]);
            }
        });
        List<ClassificationResult> results = new ArrayList<>();
        metrics.forEach((k, one) -> {
            Map<String, Object> protocol = protocol("k-NN");
            protocol.put("k", k);
            protocol.put("temperature", options.temperature());
            protocol.put("vote", ConfigMap.word(options.vote()));
            protocol.put("skip_first", options.skipFirst());
            results.add(result(date, protocol, one));
        });
        return results;
    }

    /**
     * Logistic regression, whose C a share of the training images chooses; then all of them are fitted.
     *
     * @param share of the training images for validation, 0.1 in the papers
     * @param seed by which they are drawn
     */
    public ClassificationResult logistic(List<Double> strengths, double share, long seed, LocalDate date) {
        int[] held = LogisticRegression.held(train.rows().size(), share, seed);
        int[] kept = IntStream.range(0, train.rows().size())
                .filter(i -> Arrays.binarySearch(held, i) < 0)
                .toArray();
        Split fit = part(kept);
        Split validation = part(held);
        LogisticRegression.Search search = LogisticRegression.search(
                fit.rows(), fit.labels(), validation.rows(), validation.labels(), classes.size(), strengths, true);
        ClassificationMetrics metrics = new ClassificationMetrics(classes);
        for (int i = 0; i < test.rows().size(); i++) {
            metrics.add(search.best().probabilities(test.rows().row(i)), test.labels()[i]);
        }
        Map<String, Object> protocol = protocol("logistic regression, L-BFGS in float64");
        protocol.put("c", search.best().c());
        protocol.put("c_tried", strengths);
        protocol.put("validation_share", share);
        protocol.put("seed", seed);
        protocol.put("largest_gradient", search.best().gradient());
        return result(date, protocol, metrics);
    }

    private Split part(int[] indices) {
        float[][] rows =
                IntStream.of(indices).mapToObj(i -> train.rows().row(i)).toArray(float[][]::new);
        return new Split(
                FeatureRows.of(rows),
                IntStream.of(indices).map(i -> train.labels()[i]).toArray());
    }

    private Map<String, Object> protocol(String method) {
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("method", method);
        protocol.put("training_images", train.rows().size());
        protocol.put("test_images", test.rows().size());
        protocol.put("classes", classes.size());
        protocol.put("width", train.rows().dim());
        return protocol;
    }

    private ClassificationResult result(LocalDate date, Map<String, Object> protocol, ClassificationMetrics metrics) {
        return new ClassificationResult(
                date, new Evaluated(data, test.rows().size(), List.of()), protocol, new Setup(setup), metrics);
    }
}
