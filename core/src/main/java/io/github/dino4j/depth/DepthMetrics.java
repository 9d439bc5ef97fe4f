package io.github.dino4j.depth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How far predicted depth p is from measured depth g, over the pixels that have one (Eigen et al., arXiv:1406.2283, and
 * the KITTI depth benchmark). With r = max(g / p, p / g) and d = ln g - ln p:
 *
 * @param a1 share of pixels with r < 1.25; higher is better
 * @param a2 share with r < 1.25^2
 * @param a3 share with r < 1.25^3
 * @param absRel mean |g - p| / g
 * @param sqRel mean (g - p)^2 / g, in metres
 * @param rmse root of the mean (g - p)^2, in metres
 * @param mae mean |g - p|, in metres
 * @param rmseLog root of the mean d^2
 * @param log10 mean |log10 g - log10 p|
 * @param silog 100 times the standard deviation of d: blind to a wrong scale
 * @param pixels over which the means are taken; 0 makes all of them NaN
 */
public record DepthMetrics(
        double a1,
        double a2,
        double a3,
        double absRel,
        double sqRel,
        double rmse,
        double mae,
        double rmseLog,
        double log10,
        double silog,
        long pixels) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Names as in the official evaluation, in the order of the tables. */
    private static final Map<String, ToDoubleFunction<DepthMetrics>> BY_NAME = byName();

    private static final List<String> HEADINGS = List.copyOf(BY_NAME.keySet());

    private static Map<String, ToDoubleFunction<DepthMetrics>> byName() {
        Map<String, ToDoubleFunction<DepthMetrics>> map = new LinkedHashMap<>();
        map.put("a1", DepthMetrics::a1);
        map.put("a2", DepthMetrics::a2);
        map.put("a3", DepthMetrics::a3);
        map.put("abs_rel", DepthMetrics::absRel);
        map.put("sq_rel", DepthMetrics::sqRel);
        map.put("rmse", DepthMetrics::rmse);
        map.put("mae", DepthMetrics::mae);
        map.put("rmse_log", DepthMetrics::rmseLog);
        map.put("log_10", DepthMetrics::log10);
        map.put("silog", DepthMetrics::silog);
        return map;
    }

    /** Of a prediction that has the truth's size and is aligned and clamped already; a {@link DepthProtocol} does that. */
    public static DepthMetrics of(DepthMap prediction, DepthImage truth) {
        if (prediction.width() != truth.width() || prediction.height() != truth.height()) {
            throw new IllegalArgumentException("the prediction is " + prediction.width() + " x " + prediction.height()
                    + " pixels, the truth " + truth.width() + " x " + truth.height()
                    + "; resize the prediction, or evaluate under a DepthProtocol");
        }
        return of(prediction.values(), truth.values(), truth.valid());
    }

    /**
     * Of values in metres, over the pixels where {@code mask} is true and the truth above 0. Sums are float64.
     *
     * @throws IllegalArgumentException if lengths differ, or a prediction there is not above 0 and finite
     */
    public static DepthMetrics of(float[] prediction, float[] truth, boolean[] mask) {
        if (prediction.length != truth.length || mask.length != truth.length) {
            throw new IllegalArgumentException(prediction.length + " predictions, " + truth.length
                    + " true values and a mask of " + mask.length + " do not belong together");
        }
        Sums sums = new Sums();
        for (int i = 0; i < truth.length; i++) {
            if (mask[i] && truth[i] > 0) {
                if (!(prediction[i] > 0 && prediction[i] < Float.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("prediction " + i + " is " + prediction[i]
                            + " m; ratios need finite values above 0: clamp first, as a DepthProtocol does");
                }
                sums.add(prediction[i], truth[i]);
            }
        }
        return sums.metrics();
    }

    private static final class Sums {
        private final long[] within = new long[3];
        private double absRel;
        private double sqRel;
        private double squares;
        private double absolute;
        private double logs;
        private double logSquares;
        private double absoluteLogs;
        private long count;

        void add(double p, double g) {
            double ratio = Math.max(g / p, p / g);
            double error = Math.abs(g - p);
            double log = Math.log(g) - Math.log(p);
            within[0] += ratio < 1.25 ? 1 : 0;
            within[1] += ratio < 1.25 * 1.25 ? 1 : 0;
            within[2] += ratio < 1.25 * 1.25 * 1.25 ? 1 : 0;
            absRel += error / g;
            sqRel += error * error / g;
            squares += error * error;
            absolute += error;
            logs += log;
            logSquares += log * log;
            absoluteLogs += Math.abs(log);
            count++;
        }

        DepthMetrics metrics() {
            double n = count; // 0 / 0 is NaN, as wanted
            double variance = logSquares / n - logs / n * (logs / n);
            return new DepthMetrics(
                    within[0] / n,
                    within[1] / n,
                    within[2] / n,
                    absRel / n,
                    sqRel / n,
                    Math.sqrt(squares / n),
                    absolute / n,
                    Math.sqrt(logSquares / n),
                    absoluteLogs / n / Math.log(10),
                    100 * Math.sqrt(Math.max(0, variance)), // rounding may leave it a hair below 0
                    count);
        }
    }

    /** The metrics by their official names ({@code abs_rel}, {@code log_10}, ...), then {@code pixels}; null is NaN. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        BY_NAME.forEach((name, metric) -> {
            double value = metric.applyAsDouble(this);
            map.put(name, Double.isNaN(value) ? null : (Object) value);
        });
        map.put("pixels", pixels);
        return map;
    }

    /** {@link #toMap()} as JSON. */
    public String toJson() {
        return json(toMap());
    }

    /** A line of headings and one of numbers. */
    public String table() {
        return line("", HEADINGS) + line("", numbers());
    }

    private List<String> numbers() {
        return BY_NAME.values().stream()
                .map(metric -> String.format(Locale.ROOT, "%.4f", metric.applyAsDouble(this)))
                .toList();
    }

    private static String line(String name, List<String> cells) {
        StringBuilder line = new StringBuilder(name);
        cells.forEach(cell -> line.append(String.format(Locale.ROOT, "%10s", cell)));
        return line.append('\n').toString();
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // maps, lists, texts and numbers only
        }
    }

    /**
     * Gathers the metrics of many images. Each metric's mean is over images, however many pixels each has, and leaves out
     * those where it is NaN (nanmean). For one thread.
     *
     * <p>An image without a measured pixel counts in no mean. The official code gives it a silog of 0, which lowers that
     * one mean.
     */
    public static final class Accumulator {
        private final Map<String, DepthMetrics> images = new LinkedHashMap<>();

        /**
         * Adds an image.
         *
         * @throws IllegalArgumentException if one of this name is there already
         */
        public Accumulator add(String image, DepthMetrics metrics) {
            if (images.putIfAbsent(image, metrics) != null) {
                throw new IllegalArgumentException("image '" + image + "' was counted already; give each its own name");
            }
            return this;
        }

        /** The metrics of each image, in the order of adding. */
        public Map<String, DepthMetrics> images() {
            return Collections.unmodifiableMap(images);
        }

        /** The means over images; {@code pixels} is the sum. NaN throughout if no image has a measured pixel. */
        public DepthMetrics mean() {
            double[] means = BY_NAME.values().stream()
                    .mapToDouble(metric -> images.values().stream()
                            .mapToDouble(metric)
                            .filter(value -> !Double.isNaN(value))
                            .average()
                            .orElse(Double.NaN))
                    .toArray();
            long pixels =
                    images.values().stream().mapToLong(DepthMetrics::pixels).sum();
            return new DepthMetrics(
                    means[0], means[1], means[2], means[3], means[4], means[5], means[6], means[7], means[8], means[9],
                    pixels);
        }

        /** The mean and each image as JSON: {@code {"mean": {...}, "images": {"name": {...}}}}. */
        public String toJson() {
            Map<String, Object> perImage = new LinkedHashMap<>();
            images.forEach((name, metrics) -> perImage.put(name, metrics.toMap()));
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("mean", mean().toMap());
            map.put("images", perImage);
            return json(map);
        }

        /** A text table: a row an image, the mean last. */
        public String table() {
            int width = Math.max(
                    4, images.keySet().stream().mapToInt(String::length).max().orElse(0));
            StringBuilder table = new StringBuilder(line(padded("", width), HEADINGS));
            images.forEach((name, metrics) -> table.append(line(padded(name, width), metrics.numbers())));
            return table.append(line(padded("mean", width), mean().numbers())).toString();
        }

        private static String padded(String name, int width) {
            return name + " ".repeat(width - name.length());
        }
    }
}
