package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import org.junit.jupiter.api.Test;

class HeatMapTest {
    private final HeatMap corner = HeatMap.of(new PatchGrid(2, 2, Made.whole(2, 2)), new float[] {0, 0, 0, 1})
            .with(Enlargement.NEAREST);

    @Test
    void drawsOnePixelAPatch() {
        RgbImage picture = corner.picture();

        assertThat(picture.pixel(0, 0)).isEqualTo(ColourMap.VIRIDIS.rgb(0));
        assertThat(picture.pixel(1, 1)).isEqualTo(ColourMap.VIRIDIS.rgb(1));
    }

    @Test
    void enlargesToSquaresOrLinearly() {
        RgbImage squares = corner.enlarged(4);
        RgbImage linear = corner.with(Enlargement.BILINEAR).enlarged(4);

        assertThat(squares.pixel(4, 4)).isEqualTo(ColourMap.VIRIDIS.rgb(1));
        assertThat(squares.pixel(3, 4)).isEqualTo(ColourMap.VIRIDIS.rgb(0));
        assertThat(linear.pixel(7, 7)).isEqualTo(ColourMap.VIRIDIS.rgb(1));
        assertThat(linear.pixel(4, 4)).isEqualTo(ColourMap.VIRIDIS.rgb(0.625 * 0.625));
    }

    /** 200 x 100 photo, seen from column 50 to 150. */
    @Test
    void coversTheSeenPartOfACroppedPhotoAndDimsTheRest() {
        PatchGrid grid = new PatchGrid(
                4, 4, Made.geometry(200, 100, new Sizing.ShorterSideThenCrop(64, 64, CropRounding.HALF_EVEN)));
        float[] values = new float[16];
        values[4 * 1 + 2] = 1;
        HeatMap heat = HeatMap.of(grid, values).with(Enlargement.NEAREST);

        RgbImage overlay = heat.overlay(Made.plain(200, 100, 0x646464), 1);

        assertThat(overlay.pixel(49, 50)).isEqualTo(0x232323);
        assertThat(overlay.pixel(150, 50)).isEqualTo(0x232323);
        assertThat(overlay.pixel(50, 50)).isEqualTo(ColourMap.VIRIDIS.rgb(0));
        assertThat(overlay.pixel(100, 25)).isEqualTo(ColourMap.VIRIDIS.rgb(1));
        assertThat(overlay.pixel(124, 49)).isEqualTo(ColourMap.VIRIDIS.rgb(1));
        assertThat(overlay.pixel(125, 49)).isEqualTo(ColourMap.VIRIDIS.rgb(0));
        assertThat(overlay.pixel(99, 25)).isEqualTo(ColourMap.VIRIDIS.rgb(0));
        assertThat(overlay.pixel(100, 24)).isEqualTo(ColourMap.VIRIDIS.rgb(0));
    }

    @Test
    void leavesPaddingOutOfThePicture() {
        PatchGrid grid = new PatchGrid(4, 4, Made.geometry(64, 32, new Sizing.PadToMultiple(64)));
        float[] values = new float[16];
        java.util.Arrays.fill(values, 4, 12, 1);

        RgbImage overlay = HeatMap.of(grid, values).overlay(Made.plain(64, 32, 0), 1);

        for (int y = 0; y < 32; y++) {
            assertThat(overlay.pixel(20, y)).isEqualTo(ColourMap.VIRIDIS.rgb(1));
        }
    }

    @Test
    void fitsAScaledCopyOfThePhoto() {
        RgbImage overlay = corner.overlay(Made.plain(10, 10, 0), 1);

        assertThat(overlay.pixel(5, 5)).isEqualTo(ColourMap.VIRIDIS.rgb(1));
        assertThat(overlay.pixel(4, 5)).isEqualTo(ColourMap.VIRIDIS.rgb(0));
    }

    @Test
    void refusesAnotherPhoto() {
        assertThatThrownBy(() -> corner.overlay(Made.plain(20, 15, 0), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the photo is 20 x 15, the features come from one of 20 x 20");
    }

    @Test
    void paintsEvenValuesInOneColour() {
        HeatMap even = HeatMap.of(new PatchGrid(1, 2, Made.whole(1, 2)), new float[] {3, 3});

        assertThat(even.picture().pixel(0, 0)).isEqualTo(ColourMap.VIRIDIS.rgb(0.5));
    }

    @Test
    void refusesValuesThatAreNotFinite() {
        PatchGrid grid = new PatchGrid(1, 2, Made.whole(1, 2));

        assertThatThrownBy(() -> HeatMap.of(grid, new float[] {3, Float.NaN})).hasMessageContaining("found NaN");
    }
}
