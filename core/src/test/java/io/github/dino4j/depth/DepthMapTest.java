package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DepthMapTest {

    @Test
    void refusesValuesThatAreNotFiniteAndSaysHowManyAndWhere() {
        float[] metres = new float[12];
        metres[6] = Float.NaN;
        metres[9] = Float.POSITIVE_INFINITY;

        assertThatThrownBy(() -> DepthMap.of(Quantity.DEPTH, 4, 3, metres))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 of 12 values of depth are not finite, the first is NaN in column 2, row 1");
    }

    @Test
    void refusesAnArrayThatDoesNotFillTheMap() {
        assertThatThrownBy(() -> DepthMap.of(Quantity.DEPTH, 4, 3, new float[11]))
                .hasMessage("a map of 4 x 3 pixels has 12 values, found 11");
    }

    @Test
    void keepsItsValuesWhateverHappensToTheArrays() {
        float[] given = {1, 2};
        DepthMap map = Depths.map(2, 1, given);

        given[0] = 9;
        map.metres()[1] = 9;

        assertThat(map.metres()).containsExactly(1, 2);
    }

    @Test
    void tellsTheValueOfAPixel() {
        DepthMap map = Depths.map(2, 2, 1, 2, 3, 4);

        assertThat(map.metres(1, 0)).isEqualTo(2);
        assertThat(map.metres(0, 1)).isEqualTo(3);
        assertThatThrownBy(() -> map.metres(2, 0))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("pixel (2, 0) of a map 2 x 2");
    }

    @Test
    void tellsItsRangeAndQuantilesAsNumpyDoes() {
        DepthMap map = Depths.map(4, 1, 7, 1, 4, 2);

        assertThat(map.min()).isEqualTo(1);
        assertThat(map.max()).isEqualTo(7);
        assertThat(map.median()).isEqualTo(3);
        assertThat(map.quantile(0.25)).isEqualTo(1.75); // numpy.quantile([7, 1, 4, 2], 0.25)
        assertThat(map.quantile(1)).isEqualTo(7);
    }

    @Test
    void refusesAQuantileThatIsNoShare() {
        assertThatThrownBy(() -> Depths.flat(1, 1, 1).quantile(50)).hasMessageContaining("a share in 0..1, not 50");
    }

    @Test
    void enlargesBetweenPixelCentresAndRepeatsTheBorder() {
        // torch.nn.functional.interpolate([[0, 4], [8, 12]], size=(2, 4), mode="bilinear")
        float[] got = Depths.map(2, 2, 0, 4, 8, 12).resize(4, 2).metres();

        assertThat(got).containsExactly(0, 1, 3, 4, 8, 9, 11, 12);
    }

    @Test
    void shrinksWithoutAntialiasing() {
        // Centres of 2 pixels over 6 lie at 1 and 4, on pixels: an antialiased resize would mix in their neighbours.
        assertThat(Depths.map(6, 1, 5, 10, 5, 5, 20, 5).resize(2, 1).metres()).containsExactly(10, 20);
    }

    @Test
    void keepsTheQuantityWhenResized() {
        DepthMap canopy = DepthMap.of(Quantity.CANOPY_HEIGHT, 1, 1, new float[] {3});

        assertThat(canopy.resize(2, 2).quantity()).isEqualTo(Quantity.CANOPY_HEIGHT);
    }

    @Test
    void drawsNearBrightAndFarDark() {
        DepthMap map = Depths.ramp(20, 2);

        assertThat(luma(map.coloured().pixel(0, 0))).isGreaterThan(200);
        assertThat(luma(map.coloured().pixel(19, 0))).isLessThan(20);
    }

    @Test
    void drawsHighTreesBright() {
        DepthMap map = DepthMap.of(Quantity.CANOPY_HEIGHT, 3, 1, new float[] {0, 10, 20});

        assertThat(luma(map.coloured().pixel(2, 0)))
                .isGreaterThan(luma(map.coloured().pixel(0, 0)) + 100);
    }

    @Test
    void drawsAFlatMapInOneColour() {
        byte[] rgb = Depths.flat(3, 2, 2).coloured().rgb();

        assertThat(Arrays.copyOfRange(rgb, 3, 6)).isEqualTo(Arrays.copyOf(rgb, 3));
    }

    @Test
    void standsTheScaleBarRightOfTheMap() {
        DepthMap map = Depths.ramp(100, 120);

        var picture = map.withScaleBar();

        assertThat(picture.width()).isGreaterThan(100 + 40);
        assertThat(picture.pixel(9, 7)).isEqualTo(map.coloured().pixel(0, 0));
    }

    @Test
    void standsPhotoAndMapSideBySideInThePhotosSize() {
        DepthMap map = Depths.ramp(10, 12);

        var picture = map.sideBySide(Depths.photo(100, 120));

        assertThat(picture.pixel(9 + 99, 7 + 119)).isEqualTo(99 << 16 | 119 << 8 | 77);
        assertThat(picture.pixel(9 + 100 + 9, 7))
                .isEqualTo(map.resize(100, 120).coloured(map.scale()).pixel(0, 0));
    }

    @Test
    void scalesOutliersToTheEndsSoThatTheRestKeepsItsContrast() {
        float[] metres = new float[1000];
        for (int i = 0; i < metres.length; i++) {
            metres[i] = 2 + i % 4;
        }
        metres[0] = 0.001f;
        metres[1] = 1000;

        DepthScale scale = Depths.map(1000, 1, metres).scale();

        assertThat(scale.low()).isEqualTo(2);
        assertThat(scale.high()).isEqualTo(5);
        assertThat(scale.rgb(0.001)).isEqualTo(scale.rgb(2));
    }

    @Test
    void placesMetresOnAnInverseScaleByDisparity() {
        DepthScale scale = Depths.map(2, 1, 1, 4).scale();
        DepthScale whole = new DepthScale(scale.colours(), DepthScale.Spacing.INVERSE, 1, 4);

        assertThat(whole.place(1)).isEqualTo(1);
        assertThat(whole.place(4)).isEqualTo(0);
        assertThat(whole.place(1.6)).isCloseTo(0.5, within(1e-12)); // 1 / 1.6 lies halfway between 1 and 1 / 4
    }

    @Test
    void drawsPredictionAndTruthInTheColoursOfTheTruth() {
        DepthImage truth = DepthImage.of(100, 120, Depths.ramp(100, 120).metres());
        DepthMap prediction = Depths.flat(10, 12, 3);

        var picture = prediction.sideBySide(Depths.photo(100, 120), truth);

        assertThat(picture.pixel(9 + 109, 7)).isEqualTo(truth.scale().rgb(3));
        assertThat(picture.pixel(9 + 109 + 109 + 2, 7)).isEqualTo(truth.scale().rgb(3));
    }

    @Test
    void refusesAnInverseScaleThatBeginsAtNothing() {
        DepthScale scale = Depths.map(2, 1, 1, 4).scale();

        assertThatThrownBy(() -> new DepthScale(scale.colours(), DepthScale.Spacing.INVERSE, 0, 4))
                .hasMessageContaining("begins above 0 m, found 0.0");
    }

    private static int luma(int rgb) {
        return ((rgb >> 16 & 0xff) * 299 + (rgb >> 8 & 0xff) * 587 + (rgb & 0xff) * 114) / 1000;
    }
}
