package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.visual.PatchGrid.Patch;
import org.junit.jupiter.api.Test;

class PatchGridTest {
    /** 200 x 100 photo, shorter side to 64, the middle 64 x 64: source columns 50 to 150. */
    private final PatchGrid cropped = new PatchGrid(
            4, 4, Made.geometry(200, 100, new Sizing.ShorterSideThenCrop(64, 64, CropRounding.HALF_EVEN)));

    /** 60 x 32 photo in the middle of 64 x 32. */
    private final PatchGrid padded = new PatchGrid(2, 4, Made.geometry(60, 32, new Sizing.PadToMultiple(16)));

    @Test
    void findsThePatchOfAPointInACroppedPhoto() {
        assertThat(cropped.at(50, 0)).isEqualTo(new Patch(0, 0));
        assertThat(cropped.at(149.9, 99.9)).isEqualTo(new Patch(3, 3));
        assertThat(cropped.at(80, 60)).isEqualTo(new Patch(2, 1));
    }

    @Test
    void findsThePatchOfAPointInAPaddedPhoto() {
        assertThat(padded.at(0, 0)).isEqualTo(new Patch(0, 0));
        assertThat(padded.at(13.9, 0)).isEqualTo(new Patch(0, 0));
        assertThat(padded.at(14, 16)).isEqualTo(new Patch(1, 1));
        assertThat(padded.at(59.9, 31.9)).isEqualTo(new Patch(1, 3));
    }

    @Test
    void returnsFromThePatchToThePoint() {
        for (int row = 0; row < 4; row++) {
            for (int column = 0; column < 4; column++) {
                assertThat(cropped.at(cropped.sourceX(column + 0.5), cropped.sourceY(row + 0.5)))
                        .isEqualTo(new Patch(row, column));
            }
        }
    }

    @Test
    void namesTheValidRangeForACroppedPoint() {
        assertThatThrownBy(() -> cropped.at(20, 30))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("point (20, 30) was cropped away before the model;"
                        + " x must be from 50 to below 150 and y from 0 to below 100 (photo of 200 x 100 pixels, ");
    }

    @Test
    void refusesPointsOutsideThePhoto() {
        assertThatThrownBy(() -> padded.at(60, 0)).hasMessageStartingWith("point (60, 0) lies outside the photo;");
        assertThatThrownBy(() -> padded.at(-1, 0)).hasMessageStartingWith("point (-1, 0) lies outside the photo;");
        assertThatThrownBy(() -> padded.at(Double.NaN, 0)).hasMessageContaining("lies outside the photo;");
    }

    @Test
    void knowsPaddingFromPhoto() {
        PatchGrid wide = new PatchGrid(4, 4, Made.geometry(64, 32, new Sizing.PadToMultiple(64)));

        assertThat(wide.showsPhoto(0, 2)).isFalse();
        assertThat(wide.showsPhoto(1, 2)).isTrue();
        assertThat(wide.showsPhoto(3, 2)).isFalse();
    }
}
