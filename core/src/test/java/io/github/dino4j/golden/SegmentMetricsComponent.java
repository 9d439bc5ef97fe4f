package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.SegmentMetrics;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.util.OptionalInt;

/** Areas of every image by themselves, and the metrics over all: SPEC 4.10. */
final class SegmentMetricsComponent implements GoldenComponent {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("segmentation/metrics.py")
                && golden.source().contains("calculate_intersect_and_union");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        ClassList classes = ClassList.numbered(c.path("num_classes").asInt())
                .withIgnored(OptionalInt.of(c.path("ignore_index").asInt(ClassList.IGNORED)))
                .withZeroIsUnlabelled(c.path("reduce_zero_label").asBoolean());
        double beta = c.path("beta").asDouble(1);
        SegmentMetrics all = new SegmentMetrics(classes, beta);
        for (int i = 0; golden.inputNames().contains("pred" + i); i++) {
            SegmentMetrics one = new SegmentMetrics(classes, beta);
            one.add(ints(golden.input("pred" + i)), ints(golden.input("label" + i)));
            if (check.has("areas_" + i)) {
                check.expect("areas_" + i, new long[] {4, classes.size()}, areas(one));
            }
            all.merge(one);
        }
        scalar(check, "mIoU", all.meanIou());
        scalar(check, "acc", all.meanAccuracy());
        scalar(check, "aAcc", all.pixelAccuracy());
        scalar(check, "dice", all.meanDice());
        scalar(check, "fscore", all.meanFscore());
        scalar(check, "precision", all.meanPrecision());
        scalar(check, "recall", all.meanRecall());
    }

    private static void scalar(Check check, String name, double value) {
        if (check.has(name)) {
            check.expect(name, new long[0], new float[] {(float) value});
        }
    }

    private static float[] areas(SegmentMetrics metrics) {
        long[][] rows = {metrics.intersections(), metrics.unions(), metrics.predictions(), metrics.labels()};
        int classes = metrics.classes().size();
        float[] areas = new float[4 * classes];
        for (int i = 0; i < areas.length; i++) {
            areas[i] = rows[i / classes][i % classes];
        }
        return areas;
    }

    private static int[] ints(FloatArray array) {
        int[] ints = new int[array.values().length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) array.values()[i];
        }
        return ints;
    }
}
