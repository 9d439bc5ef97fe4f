package io.github.dino4j.detect;

import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.TinyModel;

/** A detector small enough for a test, on {@link TinyModel}. */
public final class SmallDetector {
    private SmallDetector() {}

    public static DetectorConfig config(int classes) {
        DetectorConfig light = DetectorConfig.light(TinyModel.CONFIG, classes);
        return new DetectorConfig(
                light.layers(),
                light.widths(),
                true,
                0,
                16,
                32,
                2,
                1,
                32,
                2,
                32,
                10,
                6,
                3,
                classes,
                java.util.List.of(16, 32),
                32,
                PositionBias.LOGARITHMIC,
                16);
    }

    static LoadedHead<Detector> random(DetectorConfig config) {
        return LoadedHead.random(5, p -> new Detector(p, config));
    }
}
