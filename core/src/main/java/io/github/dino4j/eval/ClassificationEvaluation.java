package io.github.dino4j.eval;

import io.github.dino4j.classify.Classification;
import io.github.dino4j.classify.ClassificationMetrics;
import io.github.dino4j.classify.ClassificationPredictor;
import io.github.dino4j.classify.Knn;
import io.github.dino4j.classify.LogisticRegression;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.data.TruthSet;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * How well features classify a test set after a training set, without training the backbone: by k-NN, or by logistic
 * regression; and how well a classifier that was trained before does. Immutable.
 */
public final class ClassificationEvaluation {
    private final LabelledFeatures train;
    private final LabelledFeatures test;
    private final Setup setup;

    private ClassificationEvaluation(LabelledFeatures train, LabelledFeatures test, Setup setup) {
        this.train = train;
        this.test = test;
        this.setup = setup;
    }

    /**
     * Features that were read before.
     *
     * @param setup what the results say about how they were read
     * @throws IllegalArgumentException if both sets have other classes
     */
    public static ClassificationEvaluation of(LabelledFeatures train, LabelledFeatures test, Setup setup) {
        if (!train.classes().names().equals(test.classes().names())) {
            throw new IllegalArgumentException("training and test photos have other classes: "
                    + train.classes().names() + " and " + test.classes().names()
                    + "; read the test folder with the training folder's classes");
        }
        return new ClassificationEvaluation(train, test, setup);
    }

    /**
     * Reads the features of all photos, on the caller's thread.
     *
     * @throws DataSetException naming every photo of a set that cannot be read
     * @throws IllegalArgumentException if both sets have other classes
     * @throws java.util.concurrent.CancellationException if the listener says so, or the thread is interrupted
     */
    public static ClassificationEvaluation of(
            PhotoFeatures features, TruthSet train, TruthSet test, EvaluationListener listener) {
        return of(features.read(train, listener), features.read(test, listener), features.setup());
    }

    /** One result for each k, in the order of the options. */
    public List<ClassificationResult> knn(Knn.Options options, LocalDate date) {
        return knn(options, OptionalInt.empty(), date);
    }

    /**
     * The same with so many test features at once.
     *
     * @param group as {@link io.github.dino4j.classify.KnnMemory} plans; empty: as many as memory allows
     */
    public List<ClassificationResult> knn(Knn.Options options, OptionalInt group, LocalDate date) {
        Map<Integer, ClassificationMetrics> metrics = new LinkedHashMap<>();
        options.ks().forEach(k -> metrics.put(k, new ClassificationMetrics(train.classes())));
        Knn knn = new Knn(train.rows(), train.labels(), train.classes().size(), options);
        knn.classify(test.rows(), group.orElseGet(() -> knn.group(test.rows().size())), (index, k, votes) -> {
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
        LabelledFeatures fit = train.part(kept);
        LabelledFeatures validation = train.part(held);
        LogisticRegression.Search search = LogisticRegression.search(
                fit.rows(),
                fit.labels(),
                validation.rows(),
                validation.labels(),
                train.classes().size(),
                strengths,
                true);
        ClassificationMetrics metrics = new ClassificationMetrics(train.classes());
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

    private Map<String, Object> protocol(String method) {
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("method", method);
        protocol.put("training_set", train.data().name());
        protocol.put("training_images", train.rows().size());
        protocol.put("training_images_skipped", train.data().skipped().size());
        protocol.put("test_images", test.rows().size());
        protocol.put("classes", train.classes().size());
        protocol.put("width", train.rows().dim());
        return protocol;
    }

    private ClassificationResult result(LocalDate date, Map<String, Object> protocol, ClassificationMetrics metrics) {
        return new ClassificationResult(date, test.data(), protocol, setup, metrics);
    }

    /**
     * Measures a classifier that was trained before; photos go through as it prepares them.
     *
     * @param features of {@link ClassificationPredictor#reader}
     * @throws IllegalArgumentException if the set has other classes than the classifier
     */
    public static ClassificationResult linear(
            ClassificationPredictor predictor,
            PhotoFeatures features,
            TruthSet test,
            LocalDate date,
            EvaluationListener listener) {
        if (!predictor.classes().names().equals(test.classes().names())) {
            throw new IllegalArgumentException(
                    test.name() + " has other classes than the classifier (" + predictor.source() + "): "
                            + test.classes().names() + " and "
                            + predictor.classes().names() + "; read the folder with the classifier's classes");
        }
        LabelledFeatures read = features.read(test, listener);
        ClassificationMetrics metrics = new ClassificationMetrics(test.classes());
        for (int i = 0; i < read.rows().size(); i++) {
            Classification found = predictor.classify(read.rows().row(i));
            metrics.add(found.probabilities(), read.labels()[i]);
        }
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("method", "linear classifier");
        protocol.put("test_images", read.rows().size());
        protocol.put("classes", test.classes().size());
        protocol.put("width", read.rows().dim());
        return new ClassificationResult(date, read.data(), protocol, Setup.of(predictor), metrics);
    }
}
