package io.github.dino4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.Box;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.RgbImage;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A photo whose colours tell the place: red the column, green the row; labels and depth say the same in their own words. */
class SceneTest {
    private static final int WIDTH = 120;
    private static final int HEIGHT = 90;

    static Scene placed() {
        byte[] rgb = new byte[3 * WIDTH * HEIGHT];
        int[] labels = new int[WIDTH * HEIGHT];
        float[] metres = new float[WIDTH * HEIGHT];
        for (int i = 0; i < labels.length; i++) {
            int x = i % WIDTH;
            int y = i / WIDTH;
            rgb[3 * i] = (byte) (2 * x + 10);
            rgb[3 * i + 1] = (byte) (2 * y + 10);
            rgb[3 * i + 2] = (byte) 200; // tells the photo from padding, even where the two are mixed
            labels[i] = 1000 * y + x;
            metres[i] = 1 + x / 10f + y;
        }
        return Scene.of(RgbImage.of(WIDTH, HEIGHT, rgb))
                .withLabels(labels, 999_999)
                .withDepth(DepthFrame.of(WIDTH, HEIGHT, metres))
                .withBoxes(List.of(new LabelledBox(new Box(30, 20, 60, 50), 3)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void photoLabelsAndDepthStillShowOnePlaceAfterAnyChain(long seed) {
        Change chain = Chain.of(
                new Resizing.ShorterSide(80, new Range(0.7, 1.6), 200, Interpolation.BILINEAR),
                new Sometimes(0.7, new Rotate(Range.about(0, 12))),
                Mirror.HALF,
                new Cropping.RandomResized(
                        70, 100, new Range(0.3, 1), Cropping.RandomResized.RATIO, Interpolation.BILINEAR),
                new Cropping.LargeScaleJitter(96, 112, new Range(0.6, 1.7), Interpolation.BILINEAR),
                new Cropping.Random(64, 64, 1),
                new Cropping.Pad(80, 72));

        Scene changed = chain.apply(placed(), new SplittableRandom(seed));

        int[] labels = changed.labels().orElseThrow();
        int compared = 0;
        for (int i = 0; i < labels.length; i++) {
            int x = i % changed.width();
            int y = i / changed.width();
            int colour = changed.photo().pixel(x, y);
            float metres = changed.depth().orElseThrow().at(x, y);
            assertThat(labels[i] == changed.ignored()).isEqualTo(metres == 0);
            if (labels[i] != changed.ignored() && (colour & 0xff) > 195) { // not mixed with black at an edge
                int column = labels[i] % 1000;
                int row = labels[i] / 1000;
                assertThat(((colour >> 16) - 10) / 2.0)
                        .isCloseTo(column, within(3.5)); // each step adds a pixel at most
                assertThat(((colour >> 8 & 0xff) - 10) / 2.0).isCloseTo(row, within(3.5));
                assertThat(metres).isEqualTo(1 + column / 10f + row);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(1000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void boxesSurroundWhatTheySurroundedBefore(long seed) {
        Change chain = Chain.of(
                new Resizing.ShorterSide(80, new Range(0.8, 2), 300, Interpolation.BILINEAR),
                Mirror.HALF,
                new Cropping.LargeScaleJitter(100, 140, new Range(0.7, 1.5), Interpolation.BILINEAR));

        Scene changed = chain.apply(placed(), new SplittableRandom(seed));

        int[] labels = changed.labels().orElseThrow();
        double x0 = changed.width();
        double y0 = changed.height();
        double x1 = 0;
        double y1 = 0;
        for (int i = 0; i < labels.length; i++) {
            int column = labels[i] % 1000;
            int row = labels[i] / 1000;
            if (column >= 30 && column < 60 && row >= 20 && row < 50) {
                x0 = Math.min(x0, i % changed.width());
                x1 = Math.max(x1, i % changed.width() + 1);
                y0 = Math.min(y0, Math.floorDiv(i, changed.width()));
                y1 = Math.max(y1, Math.floorDiv(i, changed.width()) + 1);
            }
        }
        assertThat(changed.boxes()).hasSize(1);
        Box box = changed.boxes().get(0).box();
        assertThat(box.x0()).isCloseTo(x0, within(2.0));
        assertThat(box.y0()).isCloseTo(y0, within(2.0));
        assertThat(box.x1()).isCloseTo(x1, within(2.0));
        assertThat(box.y1()).isCloseTo(y1, within(2.0));
    }

    @Test
    void aTurnedBoxSurroundsItsTurnedPixels() {
        Scene turned = placed().turned(10);

        Box box = turned.boxes().get(0).box();
        int[] labels = turned.labels().orElseThrow();
        for (int i = 0; i < labels.length; i++) {
            int column = labels[i] % 1000;
            int row = labels[i] / 1000;
            if (labels[i] != turned.ignored() && column >= 31 && column < 59 && row >= 21 && row < 49) {
                assertThat(i % WIDTH + 0.5).isBetween(box.x0(), box.x1());
                assertThat(Math.floorDiv(i, WIDTH) + 0.5).isBetween(box.y0(), box.y1());
            }
        }
        assertThat(box.width()).isLessThan(36);
    }

    @Test
    void turnsCounterclockwise() {
        Scene turned = placed().turned(90);

        // what was to the right of the centre lies above it
        assertThat(turned.labels().orElseThrow()[20 * WIDTH + 60] % 1000).isBetween(83, 86);
    }

    @Test
    void mirroringTwiceGivesTheSameScene() {
        assertThat(placed().mirrored().mirrored()).isEqualTo(placed());
    }

    @Test
    void dropsBoxesOfWhichTooLittleIsLeft() {
        Scene scene = placed();

        assertThat(scene.cropped(56, 0, 50, 90).boxes()).hasSize(1); // 4 of 30 columns
        assertThat(scene.cropped(58, 0, 50, 90).boxes()).isEmpty(); // 2 of 30
    }

    @Test
    void paddingIsBlackIgnoredWithoutDepthAndZeroOnceNormalised() {
        Scene padded = placed().cropped(-10, -5, 200, 100);
        int corner = 3; // column 3, row 0

        float[] values = padded.values(Normalisation.IMAGENET);

        assertThat(padded.photo().pixel(3, 0)).isZero();
        assertThat(padded.labels().orElseThrow()[corner]).isEqualTo(999_999);
        assertThat(padded.depth().orElseThrow().at(3, 0)).isZero();
        assertThat(values[corner]).isZero();
        assertThat(values[5 * 200 + 10]).isEqualTo((10 / 255f - 0.485f) / 0.229f);
        assertThat(padded.content()).isEqualTo(new Box(10, 5, 130, 95));
    }

    @Test
    void depthKeepsItsMetresWhenThePhotoIsEnlarged() {
        Scene enlarged = placed().resized(2 * HEIGHT, 2 * WIDTH, Interpolation.BILINEAR);

        assertThat(enlarged.depth().orElseThrow().at(21, 41)).isEqualTo(1 + 10 / 10f + 20);
    }

    @Test
    void refusesAMaskOfAnotherSize() {
        Scene scene = Scene.of(placed().photo());

        assertThatThrownBy(() -> scene.withLabels(new int[7], 255)).hasMessageContaining("one label for each pixel");
    }
}
