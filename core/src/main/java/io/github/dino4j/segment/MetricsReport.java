package io.github.dino4j.segment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;

/** {@link SegmentMetrics} for programs and for a console. */
final class MetricsReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private MetricsReport() {}

    static ObjectNode json(SegmentMetrics metrics) {
        SegmentMetrics.OfClass mean = mean(metrics);
        ObjectNode json = JSON.createObjectNode();
        json.put("classes", metrics.classes().name());
        json.put("images", metrics.images());
        json.put("pixels", mean.pixels());
        put(json, "mIoU", mean.iou());
        put(json, "aAcc", metrics.pixelAccuracy());
        put(json, "mAcc", mean.accuracy());
        put(json, "dice", mean.dice());
        put(json, "precision", mean.precision());
        put(json, "recall", mean.recall());
        put(json, "fscore", mean.fscore());
        json.put("beta", metrics.beta());
        ArrayNode table = json.putArray("per_class");
        for (SegmentMetrics.OfClass one : metrics.perClass()) {
            ObjectNode row = table.addObject().put("name", one.name()).put("pixels", one.pixels());
            put(row, "IoU", one.iou());
            put(row, "acc", one.accuracy());
            put(row, "dice", one.dice());
            put(row, "precision", one.precision());
            put(row, "recall", one.recall());
            put(row, "fscore", one.fscore());
        }
        json.set("confusion", JSON.valueToTree(metrics.confusion()));
        return json;
    }

    static String table(SegmentMetrics metrics) {
        SegmentMetrics.OfClass mean = mean(metrics);
        int wide = metrics.classes().names().stream()
                .mapToInt(String::length)
                .reduce(mean.name().length() + 1, Math::max);
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d image%s, %,d pixels\n",
                metrics.images(),
                metrics.images() == 1 ? "" : "s",
                mean.pixels()));
        text.append(String.format(
                "%-" + wide + "s %7s %7s %7s %7s %7s %13s\n", "", "IoU", "acc", "dice", "prec", "F", "pixels"));
        for (SegmentMetrics.OfClass one : metrics.perClass()) {
            text.append(line(wide, one));
        }
        return text.append(line(wide, mean))
                .append("pixel accuracy ")
                .append(percent(metrics.pixelAccuracy()))
                .append('\n')
                .toString();
    }

    /** The means as one more row; its pixels are all that count. */
    private static SegmentMetrics.OfClass mean(SegmentMetrics metrics) {
        return new SegmentMetrics.OfClass(
                "mean",
                metrics.meanIou(),
                metrics.meanAccuracy(),
                metrics.meanDice(),
                metrics.meanPrecision(),
                metrics.meanRecall(),
                metrics.meanFscore(),
                Arrays.stream(metrics.labels()).sum());
    }

    private static void put(ObjectNode json, String name, double value) {
        if (Double.isNaN(value)) {
            json.putNull(name);
        } else {
            json.put(name, value);
        }
    }

    private static String line(int wide, SegmentMetrics.OfClass one) {
        return String.format(
                Locale.ROOT,
                "%-" + wide + "s %7s %7s %7s %7s %7s %,13d\n",
                one.name(),
                percent(one.iou()),
                percent(one.accuracy()),
                percent(one.dice()),
                percent(one.precision()),
                percent(one.fscore()),
                one.pixels());
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f", 100 * share);
    }
}
