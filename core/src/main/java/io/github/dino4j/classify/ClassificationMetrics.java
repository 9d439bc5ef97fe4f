package io.github.dino4j.classify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.visual.MatrixPicture;
import java.util.Locale;

/**
 * How often classes are right: top-1 and top-5, each class by itself, and which is taken for which. Of equal scores the
 * lowest class stands first. An accumulator for one thread. Values lie in 0..1; NaN before the first image.
 */
public final class ClassificationMetrics {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ClassList classes;
    private final long[][] confusion; // [true][predicted]
    private long images;
    private long amongFive;

    public ClassificationMetrics(ClassList classes) {
        this.classes = classes;
        confusion = new long[classes.size()][classes.size()];
    }

    /**
     * Counts an image.
     *
     * @param scores one a class; only their order counts
     * @throws IllegalArgumentException if there is another number of them, or one is NaN, or the truth is no class
     */
    public void add(double[] scores, int truth) {
        classes.require(scores.length);
        if (truth < 0 || truth >= scores.length) {
            throw new IllegalArgumentException("the true class " + truth + " is none of " + classes);
        }
        int before = 0;
        for (int k = 0; k < scores.length; k++) {
            if (Double.isNaN(scores[k])) {
                throw new IllegalArgumentException("the score of class " + k + " is NaN; nothing was counted");
            }
            before += scores[k] > scores[truth] || (scores[k] == scores[truth] && k < truth) ? 1 : 0;
        }
        confusion[truth][Labels.best(scores)]++;
        amongFive += before < 5 ? 1 : 0;
        images++;
    }

    public ClassList classes() {
        return classes;
    }

    public long images() {
        return images;
    }

    /** Share of images whose true class has the largest score. */
    public double top1() {
        long right = 0;
        for (int k = 0; k < confusion.length; k++) {
            right += confusion[k][k];
        }
        return images == 0 ? Double.NaN : (double) right / images;
    }

    /** Share of images whose true class is among the five largest scores. */
    public double top5() {
        return images == 0 ? Double.NaN : (double) amongFive / images;
    }

    /** Share of a class's images that were taken for it; NaN if it has none. */
    public double recall(int category) {
        long all = 0;
        for (long count : confusion[category]) {
            all += count;
        }
        return all == 0 ? Double.NaN : (double) confusion[category][category] / all;
    }

    /** Share of the images taken for a class that are of it; NaN if none was. */
    public double precision(int category) {
        long all = 0;
        for (long[] row : confusion) {
            all += row[category];
        }
        return all == 0 ? Double.NaN : (double) confusion[category][category] / all;
    }

    /** Mean of {@link #recall} over the classes that have images. */
    public double meanRecall() {
        double sum = 0;
        int present = 0;
        for (int k = 0; k < confusion.length; k++) {
            double recall = recall(k);
            if (!Double.isNaN(recall)) {
                sum += recall;
                present++;
            }
        }
        return present == 0 ? Double.NaN : sum / present;
    }

    /** Images of class {@code truth} that were taken for {@code predicted}. */
    public long confused(int truth, int predicted) {
        return confusion[truth][predicted];
    }

    /** {@code top1}, {@code top5}, {@code mean_recall}, {@code per_class} and {@code confusion} [true][predicted]. */
    public ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode().put("classes", classes.name()).put("images", images);
        put(json, "top1", top1());
        put(json, "top5", top5());
        put(json, "mean_recall", meanRecall());
        ArrayNode rows = json.putArray("per_class");
        for (int k = 0; k < classes.size(); k++) {
            ObjectNode row = rows.addObject().put("name", classes.nameOf(k));
            put(row, "recall", recall(k));
            put(row, "precision", precision(k));
        }
        json.set("confusion", JSON.valueToTree(confusion));
        return json;
    }

    private static void put(ObjectNode json, String name, double value) {
        if (Double.isNaN(value)) {
            json.putNull(name);
        } else {
            json.put(name, value);
        }
    }

    /** Each class and the whole, in percent. */
    public String table() {
        int wide = classes.names().stream().mapToInt(String::length).reduce(5, Math::max);
        StringBuilder text = new StringBuilder(String.format("%-" + wide + "s %8s %9s\n", "", "recall", "precision"));
        for (int k = 0; k < classes.size(); k++) {
            text.append(String.format(
                    "%-" + wide + "s %8s %9s\n", classes.nameOf(k), percent(recall(k)), percent(precision(k))));
        }
        return text.append("top-1 ")
                .append(percent(top1()))
                .append(", top-5 ")
                .append(percent(top5()))
                .append(String.format(Locale.ROOT, ", %,d image%s\n", images, images == 1 ? "" : "s"))
                .toString();
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f", 100 * share);
    }

    /** The confusion matrix: a row a true class, in shares of its images. */
    public RgbImage confusionPicture() {
        double[][] shares = new double[confusion.length][confusion.length];
        for (int k = 0; k < confusion.length; k++) {
            long all = 0;
            for (long count : confusion[k]) {
                all += count;
            }
            for (int p = 0; p < confusion.length && all > 0; p++) {
                shares[k][p] = (double) confusion[k][p] / all;
            }
        }
        return new MatrixPicture(
                        String.format(Locale.ROOT, "%s: top-1 %s %%", classes.name(), percent(top1())),
                        "true class",
                        "predicted class, in % of the true one",
                        classes.names(),
                        shares)
                .render();
    }
}
