package io.github.dino4j.correspond;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How well objects were followed, as DAVIS measures it (Perazzi et al., CVPR 2016, "Evaluation protocol"; Pont-Tuset et al.,
 * arXiv:1704.00675): region similarity J, the IoU of masks, and contour accuracy F, the F-measure of their boundaries
 * within a tolerance of 0.8 % of the diagonal. Values lie in 0..1.
 *
 * <p>The first frame, whose mask was given, and the last one do not count. Values are means over the frames of an object, then
 * over all objects of all videos. An accumulator for one thread.
 */
public final class TrackingMetrics {
    /** Share of the diagonal within which two boundary pixels meet. */
    private static final double TOLERANCE = 0.008;

    private static final double RECALL_AT = 0.5;

    private final Map<String, List<double[]>> objects = new LinkedHashMap<>(); // video and object -> (J, F) of frames

    /**
     * J or F of one object, or the means of all.
     *
     * @param mean over frames
     * @param recall share of frames above 0.5
     * @param decay mean of the first quarter of frames less that of the last
     */
    public record Measure(double mean, double recall, double decay) {}

    /** An object of a video. */
    public record OfObject(String name, int frames, Measure region, Measure contour) {}

    /** Counts one object in one frame; frames come in order. */
    public void add(String video, int object, boolean[] truth, boolean[] found, int width, int height) {
        objects.computeIfAbsent(video + ", object " + object, key -> new ArrayList<>())
                .add(new double[] {region(truth, found), contour(truth, found, width, height)});
    }

    /** Region similarity: IoU of two masks of one size; 1 where both are empty. */
    public static double region(boolean[] truth, boolean[] found) {
        requireOneSize(truth, found);
        long both = 0;
        long either = 0;
        for (int i = 0; i < truth.length; i++) {
            both += (truth[i] && found[i]) ? 1 : 0;
            either += (truth[i] || found[i]) ? 1 : 0;
        }
        return either == 0 ? 1 : (double) both / either;
    }

    /**
     * Contour accuracy: 2 P R / (P + R), P the share of the found boundary that lies near the true one, R the share of the
     * true one near the found one. Where a mask has no boundary, its share is 1 if it alone has none; both empty give 1.
     */
    public static double contour(boolean[] truth, boolean[] found, int width, int height) {
        requireOneSize(truth, found);
        int reach = (int) Math.ceil(TOLERANCE * Math.hypot(width, height));
        boolean[] trueBoundary = boundary(truth, width, height);
        boolean[] foundBoundary = boundary(found, width, height);
        long trueCount = count(trueBoundary);
        long foundCount = count(foundBoundary);
        double precision;
        double recall;
        if (foundCount == 0 || trueCount == 0) {
            precision = foundCount == 0 ? 1 : 0;
            recall = trueCount == 0 ? 1 : 0;
        } else {
            precision = near(foundBoundary, grown(trueBoundary, width, height, reach)) / foundCount;
            recall = near(trueBoundary, grown(foundBoundary, width, height, reach)) / trueCount;
        }
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    private static void requireOneSize(boolean[] truth, boolean[] found) {
        if (truth.length != found.length) {
            throw new IllegalArgumentException(
                    "the true mask has " + truth.length + " pixels, the found one " + found.length);
        }
    }

    /** Pixels that differ from the one to the right, below, or diagonally between: a boundary one pixel wide. */
    static boolean[] boundary(boolean[] mask, int width, int height) {
        boolean[] boundary = new boolean[mask.length];
        for (int y = 0, i = 0; y < height; y++) {
            for (int x = 0; x < width; x++, i++) {
                boolean right = x + 1 < width ? mask[i + 1] : mask[i];
                boolean below = y + 1 < height ? mask[i + width] : mask[i];
                boolean between = (x + 1 < width && y + 1 < height) ? mask[i + width + 1] : mask[i];
                boundary[i] = mask[i] != right || mask[i] != below || mask[i] != between;
            }
        }
        return boundary;
    }

    /** The mask grown by a disk. */
    private static boolean[] grown(boolean[] mask, int width, int height, int radius) {
        boolean[] grown = new boolean[mask.length];
        for (int y = 0, i = 0; y < height; y++) {
            for (int x = 0; x < width; x++, i++) {
                if (mask[i]) {
                    for (int dy = -radius; dy <= radius; dy++) {
                        int row = y + dy;
                        if (row < 0 || row >= height) {
                            continue;
                        }
                        int half = (int) Math.sqrt((double) radius * radius - (double) (dy * dy));
                        Arrays.fill(
                                grown,
                                row * width + Math.max(0, x - half),
                                row * width + Math.min(width, x + half + 1),
                                true);
                    }
                }
            }
        }
        return grown;
    }

    private static double near(boolean[] boundary, boolean[] region) {
        long near = 0;
        for (int i = 0; i < boundary.length; i++) {
            near += (boundary[i] && region[i]) ? 1 : 0;
        }
        return near;
    }

    private static long count(boolean[] mask) {
        long count = 0;
        for (boolean pixel : mask) {
            count += pixel ? 1 : 0;
        }
        return count;
    }

    /** Each object, in the order of {@link #add}. */
    public List<OfObject> perObject() {
        return objects.entrySet().stream()
                .map(entry -> new OfObject(
                        entry.getKey(),
                        entry.getValue().size(),
                        measure(entry.getValue(), 0),
                        measure(entry.getValue(), 1)))
                .toList();
    }

    /** J: means over all objects; NaN without any. */
    public Measure region() {
        return mean(perObject().stream().map(OfObject::region).toList());
    }

    /** F: means over all objects; NaN without any. */
    public Measure contour() {
        return mean(perObject().stream().map(OfObject::contour).toList());
    }

    /** J&amp;F, by which DAVIS ranks: the mean of both means. */
    public double both() {
        return (region().mean() + contour().mean()) / 2;
    }

    private static Measure mean(List<Measure> measures) {
        return new Measure(
                measures.stream().mapToDouble(Measure::mean).average().orElse(Double.NaN),
                measures.stream().mapToDouble(Measure::recall).average().orElse(Double.NaN),
                measures.stream().mapToDouble(Measure::decay).average().orElse(Double.NaN));
    }

    private static Measure measure(List<double[]> frames, int which) {
        double[] values = frames.stream().mapToDouble(frame -> frame[which]).toArray();
        double recall = Arrays.stream(values).filter(value -> value > RECALL_AT).count() / (double) values.length;
        int[] ends = new int[5]; // of quarters, which share their ends, as DAVIS cuts them
        for (int q = 0; q < ends.length; q++) {
            ends[q] = (int) Math.rint(1 + q * (values.length - 1) / 4.0 + 1e-10) - 1;
        }
        double begin = average(values, ends[0], ends[1]);
        double end = average(values, ends[3], ends[4]);
        return new Measure(average(values, 0, values.length - 1), recall, begin - end);
    }

    private static double average(double[] values, int first, int last) {
        return Arrays.stream(values, first, last + 1).average().orElse(Double.NaN);
    }

    /** A line for each object, and the means; in percent. */
    public String table() {
        StringBuilder table = new StringBuilder(String.format("%-36s %6s %6s %6s%n", "object", "J&F", "J", "F"));
        for (OfObject one : perObject()) {
            line(table, one.name(), one.region().mean(), one.contour().mean());
        }
        line(table, "mean of " + objects.size(), region().mean(), contour().mean());
        return table.toString();
    }

    private static void line(StringBuilder table, String name, double region, double contour) {
        table.append(String.format(
                Locale.ROOT, "%-36s %6.1f %6.1f %6.1f%n", name, 50 * (region + contour), 100 * region, 100 * contour));
    }
}
