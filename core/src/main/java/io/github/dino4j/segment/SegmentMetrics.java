package io.github.dino4j.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.predict.ClassList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How well maps meet the truth, summed over images: mean IoU, pixel accuracy and their kin, as DINOv3's evaluation counts
 * them. Areas are summed over all images first, then divided.
 *
 * <p>Pixels whose truth is ignored count nowhere. A class that is neither true nor predicted anywhere has no value (NaN)
 * and is left out of the means; one that is only predicted has IoU 0 and counts. All values lie in 0..1.
 *
 * <p>An accumulator for one thread; {@link #merge} brings several together.
 */
public final class SegmentMetrics {
    private final ClassList classes;
    private final double beta;
    private final long[] confusion; // [true K, predicted K]
    private final long[] predicted; // also what was predicted on true labels out of range
    private final long[] labelled;
    private long images;

    /** What is known of one class; NaN where there is nothing to divide by. */
    public record OfClass(
            String name,
            double iou,
            double accuracy,
            double dice,
            double precision,
            double recall,
            double fscore,
            long pixels) {}

    /** With beta 1 for the F-score. */
    public SegmentMetrics(ClassList classes) {
        this(classes, 1);
    }

    /**
     * An empty count.
     *
     * @param beta weight of recall against precision in the F-score, above 0
     */
    public SegmentMetrics(ClassList classes, double beta) {
        if (!(beta > 0) || beta == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("beta of the F-score is above 0, found " + beta);
        }
        this.classes = classes;
        this.beta = beta;
        int count = classes.size();
        confusion = new long[count * count];
        predicted = new long[count];
        labelled = new long[count];
    }

    /**
     * Counts an image.
     *
     * @throws IllegalArgumentException if map and truth differ in size, the map has other classes, or a label of the
     *     truth is no class
     */
    public void add(SegmentMap map, LabelImage truth) {
        if (map.width() != truth.width() || map.height() != truth.height()) {
            throw new IllegalArgumentException("the map is " + map.width() + " x " + map.height() + ", its truth "
                    + truth.width() + " x " + truth.height()
                    + "; compare at the size of the truth: predict on the photo it was drawn for");
        }
        classes.require(map.classes().size());
        int[] targets = truth.targets(classes);
        short[] labels = map.labels();
        for (int i = 0; i < targets.length; i++) {
            count(labels[i], targets[i]);
        }
        images++;
    }

    /**
     * Counts an image by bare numbers, as the original does: a prediction that is no class, and a label that is none,
     * fall out of the sums.
     *
     * @param predictions a class a pixel
     * @param labels as in a file of the class list
     */
    public void add(int[] predictions, int[] labels) {
        if (predictions.length != labels.length) {
            throw new IllegalArgumentException(
                    predictions.length + " predictions cannot be compared with " + labels.length + " labels");
        }
        for (int i = 0; i < labels.length; i++) {
            count(predictions[i], classes.classOf(labels[i]));
        }
        images++;
    }

    private void count(int prediction, int target) {
        if (target < 0) {
            return;
        }
        boolean isClass = prediction >= 0 && prediction < predicted.length;
        if (isClass) {
            predicted[prediction]++;
        }
        if (target < labelled.length) {
            labelled[target]++;
            if (isClass) {
                confusion[target * labelled.length + prediction]++;
            }
        }
    }

    /** Adds what another one counted, of the same classes and beta. */
    public void merge(SegmentMetrics other) {
        if (!other.classes.names().equals(classes.names()) || other.beta != beta) {
            throw new IllegalArgumentException("metrics over " + other.classes.name() + " with beta " + other.beta
                    + " cannot be added to those over " + classes.name() + " with beta " + beta);
        }
        addTo(confusion, other.confusion);
        addTo(predicted, other.predicted);
        addTo(labelled, other.labelled);
        images += other.images;
    }

    private static void addTo(long[] sum, long[] more) {
        Arrays.setAll(sum, i -> sum[i] + more[i]);
    }

    public ClassList classes() {
        return classes;
    }

    /** Weight of recall against precision in the F-score. */
    public double beta() {
        return beta;
    }

    /** How many images were counted. */
    public long images() {
        return images;
    }

    /** Pixels [K] that are of a class and were found to be. */
    public long[] intersections() {
        return IntStream.range(0, labelled.length)
                .mapToLong(k -> confusion[k * labelled.length + k])
                .toArray();
    }

    /** Pixels [K] that are of a class or were predicted to be. */
    public long[] unions() {
        long[] both = intersections();
        return IntStream.range(0, both.length)
                .mapToLong(k -> predicted[k] + labelled[k] - both[k])
                .toArray();
    }

    /** Pixels [K] that were predicted to be of a class. */
    public long[] predictions() {
        return predicted.clone();
    }

    /** Pixels [K] that are of a class. */
    public long[] labels() {
        return labelled.clone();
    }

    /** Pixels [K][K]: rows are the true classes, columns the predicted ones. */
    public long[][] confusion() {
        return IntStream.range(0, labelled.length)
                .mapToObj(k -> Arrays.copyOfRange(confusion, k * labelled.length, (k + 1) * labelled.length))
                .toArray(long[][]::new);
    }

    /** One row a class, in the order of the class list. */
    public List<OfClass> perClass() {
        long[] both = intersections();
        long[] unions = unions();
        return IntStream.range(0, labelled.length)
                .mapToObj(k -> {
                    double precision = (double) both[k] / predicted[k];
                    double recall = (double) both[k] / labelled[k];
                    return new OfClass(
                            classes.nameOf(k),
                            (double) both[k] / unions[k],
                            recall,
                            2.0 * both[k] / (predicted[k] + labelled[k]),
                            precision,
                            recall,
                            (1 + beta * beta) * precision * recall / (beta * beta * precision + recall),
                            labelled[k]);
                })
                .toList();
    }

    /** mIoU: intersection over union, mean over the classes that occur. NaN before the first pixel. */
    public double meanIou() {
        return mean(OfClass::iou);
    }

    /** aAcc: the share of all pixels that is right. */
    public double pixelAccuracy() {
        return (double) Arrays.stream(intersections()).sum()
                / Arrays.stream(labelled).sum();
    }

    /** mAcc: the share of a class's pixels that is right, mean over classes. */
    public double meanAccuracy() {
        return mean(OfClass::accuracy);
    }

    /** Dice coefficient, mean over classes. */
    public double meanDice() {
        return mean(OfClass::dice);
    }

    public double meanPrecision() {
        return mean(OfClass::precision);
    }

    public double meanRecall() {
        return mean(OfClass::recall);
    }

    /** F-score, mean over the classes for which it exists: some pixel was found. */
    public double meanFscore() {
        return mean(OfClass::fscore);
    }

    private double mean(ToDoubleFunction<OfClass> value) {
        return perClass().stream()
                .mapToDouble(value)
                .filter(v -> !Double.isNaN(v))
                .average()
                .orElse(Double.NaN);
    }

    /** Means, the table by class, and the confusion matrix; a value that does not exist is null. */
    public ObjectNode toJson() {
        return MetricsReport.json(this);
    }

    /** The means and a line a class, in percent, for a console. Classes that occur nowhere show a dash. */
    public String table() {
        return MetricsReport.table(this);
    }
}
