package io.github.dino4j.detect;

import io.github.dino4j.predict.ClassList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Mean average precision of boxes as COCO defines it (arXiv:1405.0312; cocodataset.org, "Detection Evaluation"): the mean of
 * precision over 101 recalls, over ten IoUs from 0.50 to 0.95, over classes. An accumulator for one thread: add images, then
 * ask.
 *
 * <p>Everything follows COCO's evaluation to the letter: at most 100 boxes of a class in an image, crowds and objects of
 * other areas neither right nor wrong, precision made falling from the right, ties in the order of images and boxes. Classes
 * without an object that counts are left out; where none is left a value is NaN (COCO writes -1).
 */
public final class CocoMetrics {
    /** Most boxes of a class that count in an image. */
    public static final int MOST = 100;

    private static final double[] IOUS = linspace(0.5, 0.95, 10);
    private static final double[] RECALLS = linspace(0, 1, 101);
    private static final double EPS = Math.ulp(1.0);

    private final ClassList classes;
    private final List<List<CocoMatch>> images = new ArrayList<>();

    /** Objects by their area in square pixels, both ends counted. */
    public enum Area {
        ALL(0, 1e10),
        SMALL(0, 32 * 32),
        MEDIUM(32 * 32, 96 * 96),
        LARGE(96 * 96, 1e10);

        private final double least;
        private final double most;

        Area(double least, double most) {
            this.least = least;
            this.most = most;
        }
    }

    public CocoMetrics(ClassList classes) {
        this.classes = classes;
    }

    private static double[] linspace(double from, double to, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = from + i * ((to - from) / (count - 1));
        }
        values[count - 1] = to;
        return values;
    }

    /**
     * Adds an image, which may have no objects or no detections.
     *
     * @param detections in the same pixels as the truth, in any order
     * @throws IllegalArgumentException if a class is not in the list
     */
    public void add(List<TrueBox> truths, List<Detection> detections) {
        List<List<TrueBox>> there = new ArrayList<>();
        List<List<Detection>> found = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            there.add(new ArrayList<>());
            found.add(new ArrayList<>());
        }
        truths.forEach(truth -> there.get(known(truth.category())).add(truth));
        detections.forEach(one -> found.get(known(one.category())).add(one));
        images.add(IntStream.range(0, classes.size())
                .mapToObj(c -> CocoMatch.of(there.get(c), found.get(c), MOST))
                .toList());
    }

    private int known(int category) {
        if (category >= classes.size()) {
            throw new IllegalArgumentException(
                    "class " + category + " is not in " + classes.name() + ", which has 0 to " + (classes.size() - 1));
        }
        return category;
    }

    public ClassList classes() {
        return classes;
    }

    /** Images added so far. */
    public int images() {
        return images.size();
    }

    /** COCO's twelve figures, each a share in 0..1, or NaN. */
    public record Summary(
            double ap,
            double ap50,
            double ap75,
            double apSmall,
            double apMedium,
            double apLarge,
            double ar1,
            double ar10,
            double ar100,
            double arSmall,
            double arMedium,
            double arLarge) {
        /** By COCO's names, in its order. */
        public Map<String, Double> toMap() {
            Map<String, Double> map = new LinkedHashMap<>();
            map.put("AP", ap);
            map.put("AP50", ap50);
            map.put("AP75", ap75);
            map.put("APs", apSmall);
            map.put("APm", apMedium);
            map.put("APl", apLarge);
            map.put("AR1", ar1);
            map.put("AR10", ar10);
            map.put("AR100", ar100);
            map.put("ARs", arSmall);
            map.put("ARm", arMedium);
            map.put("ARl", arLarge);
            return Collections.unmodifiableMap(map);
        }
    }

    /** The twelve figures of all images so far. */
    public Summary summary() {
        Curves all = curves(Area.ALL, MOST);
        Curves small = curves(Area.SMALL, MOST);
        Curves medium = curves(Area.MEDIUM, MOST);
        Curves large = curves(Area.LARGE, MOST);
        return new Summary(
                all.ap(0, IOUS.length),
                all.ap(0, 1),
                all.ap(5, 6),
                small.ap(0, IOUS.length),
                medium.ap(0, IOUS.length),
                large.ap(0, IOUS.length),
                curves(Area.ALL, 1).ar(),
                curves(Area.ALL, 10).ar(),
                all.ar(),
                small.ar(),
                medium.ar(),
                large.ar());
    }

    /**
     * Average precision of one class over all IoUs.
     *
     * @throws IllegalArgumentException if the class is not in the list
     */
    public double ap(int category) {
        return new Curves(List.of(curve(known(category), Area.ALL, MOST))).ap(0, IOUS.length);
    }

    /** Average precision of one class at an IoU of 0.5. */
    public double ap50(int category) {
        return new Curves(List.of(curve(known(category), Area.ALL, MOST))).ap(0, 1);
    }

    /** The twelve figures and those of each class, in lines to read. */
    public String table() {
        StringBuilder text = new StringBuilder();
        summary()
                .toMap()
                .forEach((name, value) -> text.append(String.format(Locale.ROOT, "%-6s %s%n", name, percent(value))));
        for (int c = 0; c < classes.size(); c++) {
            double value = ap(c);
            if (!Double.isNaN(value)) {
                text.append(String.format(
                        Locale.ROOT, "AP %s %s, at 0.5 %s%n", classes.nameOf(c), percent(value), percent(ap50(c))));
            }
        }
        return text.toString();
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    /**
     * One class.
     *
     * @param precision [IoU][recall], NaN where no object counts
     * @param recall [IoU], NaN where no object counts
     */
    @SuppressWarnings("ArrayRecordComponent") // averaged, never compared
    private record Curve(double[][] precision, double[] recall) {}

    private record Curves(List<Curve> classes) {
        /** Mean over IoUs from..to-1, recalls and classes that count. */
        double ap(int from, int to) {
            return classes.stream()
                    .flatMap(curve -> Arrays.stream(curve.precision, from, to))
                    .flatMapToDouble(Arrays::stream)
                    .filter(value -> !Double.isNaN(value))
                    .average()
                    .orElse(Double.NaN);
        }

        double ar() {
            return classes.stream()
                    .flatMapToDouble(curve -> Arrays.stream(curve.recall))
                    .filter(value -> !Double.isNaN(value))
                    .average()
                    .orElse(Double.NaN);
        }
    }

    private Curves curves(Area area, int most) {
        return new Curves(IntStream.range(0, classes.size())
                .mapToObj(c -> curve(c, area, most))
                .toList());
    }

    private Curve curve(int category, Area area, int most) {
        double[][] precision = new double[IOUS.length][RECALLS.length];
        double[] recall = new double[IOUS.length];
        for (int i = 0; i < IOUS.length; i++) {
            double iou = IOUS[i];
            recall[i] = curve(category, iou, area, most, precision[i]);
        }
        return new Curve(precision, recall);
    }

    /** Something found that counts. */
    private record Found(float score, boolean right) {}

    /** Fills the precision at each recall; returns the last recall. */
    private double curve(int category, double iou, Area area, int most, double[] precision) {
        List<Found> found = new ArrayList<>();
        int objects = 0;
        for (List<CocoMatch> image : images) {
            CocoMatch match = image.get(category);
            CocoMatch.Outcome outcome = match.outcome(iou, area.least, area.most);
            objects += outcome.objects();
            for (int d = 0; d < Math.min(most, match.found().size()); d++) {
                if (!outcome.ignored()[d]) {
                    found.add(new Found(match.found().get(d).score(), outcome.right()[d]));
                }
            }
        }
        if (objects == 0) {
            Arrays.fill(precision, Double.NaN);
            return Double.NaN;
        }
        found.sort(Comparator.comparing(Found::score).reversed());
        double[] recalls = new double[found.size()];
        double[] precisions = new double[found.size()];
        int right = 0;
        for (int d = 0; d < recalls.length; d++) {
            right += found.get(d).right ? 1 : 0;
            recalls[d] = (double) right / objects;
            precisions[d] = right / (d + 1 + EPS);
        }
        for (int d = recalls.length - 1; d > 0; d--) {
            precisions[d - 1] = Math.max(precisions[d - 1], precisions[d]);
        }
        int d = 0;
        for (int r = 0; r < RECALLS.length; r++) {
            while (d < recalls.length && recalls[d] < RECALLS[r]) {
                d++;
            }
            precision[r] = d < recalls.length ? precisions[d] : 0;
        }
        return recalls.length == 0 ? 0 : recalls[recalls.length - 1];
    }
}
