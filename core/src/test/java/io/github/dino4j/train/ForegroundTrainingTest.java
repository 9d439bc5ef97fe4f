package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.LabelImage;
import io.github.dino4j.segment.SegmentPredictor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForegroundTrainingTest {
    private static final int SIDE = 128;

    @TempDir
    Path folder;

    /** An orange square on blue. */
    private static SegmentTruth shot(int left, int top, int size) {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        int[] labels = new int[SIDE * SIDE];
        for (int i = 0; i < labels.length; i++) {
            int x = i % SIDE - left;
            int y = i / SIDE - top;
            labels[i] = x >= 0 && y >= 0 && x < size && y < size ? 1 : 0;
            int colour = labels[i] == 1 ? 0xe08030 : 0x2040a0 + (i % 7) * 0x010101;
            rgb[3 * i] = (byte) (colour >> 16);
            rgb[3 * i + 1] = (byte) (colour >> 8);
            rgb[3 * i + 2] = (byte) colour;
        }
        return new SegmentTruth(RgbImage.of(SIDE, SIDE, rgb), Optional.empty(), LabelImage.of(SIDE, SIDE, labels));
    }

    private static final List<SegmentTruth> SHOTS = List.of(shot(16, 16, 64), shot(48, 32, 64));
    private static final List<SegmentTruth> UNSEEN = List.of(shot(32, 48, 48), shot(64, 16, 48));

    @Test
    void twoMasksAreEnoughForASquareOfItsOwnColour() {
        try (Model model = TinyModel.random()) {
            ForegroundTraining fitted = ForegroundTraining.fit(model, SHOTS, SIDE, 10);

            assertThat(fitted.iou(UNSEEN)).isGreaterThan(0.7);
        }
    }

    @Test
    void theSavedHeadIsLoadedAndSaysTheSame() {
        try (Model model = TinyModel.random()) {
            ForegroundTraining fitted = ForegroundTraining.fit(model, SHOTS, SIDE, 10);
            Path file = folder.resolve("foreground.safetensors");

            fitted.save(file, Map.of());

            try (SegmentPredictor loaded = SegmentPredictor.load(model, file, ForegroundTraining.CLASSES);
                    SegmentPredictor own = fitted.predictor()) {
                RgbImage photo = UNSEEN.get(0).photo();
                assertThat(loaded.options()).isEqualTo(own.options());
                assertThat(loaded.predict(photo).labels())
                        .isEqualTo(own.predict(photo).labels());
            }
        }
    }

    @Test
    void refusesMasksWithoutForeground() {
        try (Model model = TinyModel.random()) {
            assertThatThrownBy(() -> ForegroundTraining.fit(model, List.of(shot(0, 0, 0)), SIDE, 1))
                    .hasMessageContaining("no whole patch of foreground");
        }
    }
}
