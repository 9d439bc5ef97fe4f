package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.Features;
import io.github.dino4j.visual.Similarity.Match;
import org.junit.jupiter.api.Test;

class SimilarityTest {
    private static final Sizing CROP = new Sizing.ShorterSideThenCrop(64, 64, CropRounding.HALF_EVEN);

    @Test
    void findsThePatchItself() {
        Features image = Made.random(4, 5, 8, 1);

        Similarity similarity = Similarity.of(image, 2, 3, image);

        assertThat(similarity.values()[2 * 5 + 3]).isCloseTo(1, within(1e-6f));
        assertThat(similarity.best().row()).isEqualTo(2);
        assertThat(similarity.best().column()).isEqualTo(3);
    }

    @Test
    void isTheCosine() {
        Features image = Made.features(1, 4, 2, 3, 4, 6, 8, -3, -4, -4, 3);

        assertThat(Similarity.of(image, 0, 0, image).values())
                .containsExactly(new float[] {1, 1, -1, 0}, within(1e-6f));
    }

    @Test
    void findsAPatchOfOneImageInAnotherOfOtherGeometry() {
        Features a = Made.random(4, 4, 8, 1, Made.geometry(200, 100, CROP)); // sees columns 50 to 150
        float[] patches = Made.random(2, 4, 8, 2).patches();
        System.arraycopy(a.patch(1, 2), 0, patches, (4 + 3) * 8, 8);
        Features b = new Features(
                2, 4, new float[8], new float[0], patches, Made.geometry(60, 32, new Sizing.PadToMultiple(16)));

        Similarity similarity = Similarity.at(a, 110, 30, b);

        Match query = similarity.query();
        assertThat(query).isEqualTo(new Match(1, 2, 112.5, 37.5, 1));
        assertThat(similarity.best())
                .isEqualTo(new Match(1, 3, 54, 24, similarity.best().cosine()));
        assertThat(similarity.best().cosine()).isCloseTo(1, within(1e-6));
    }

    @Test
    void looksForNoMatchInPadding() {
        Features a = Made.features(1, 1, 2, 1, 1);
        float[] tokens = new float[32];
        for (int p = 0; p < 16; p++) {
            tokens[2 * p] = 1;
            tokens[2 * p + 1] = p == 2 ? 1 /* upper padding */ : p == 6 ? 0.9f : 0;
        }
        Features b = new Features(
                4, 4, new float[2], new float[0], tokens, Made.geometry(64, 32, new Sizing.PadToMultiple(64)));

        Match best = Similarity.of(a, 0, 0, b).best();

        assertThat(best.row()).isEqualTo(1);
        assertThat(best.column()).isEqualTo(2);
    }

    @Test
    void refusesPointsThatTheModelDidNotSee() {
        Features image = Made.random(4, 4, 8, 1, Made.geometry(200, 100, CROP));

        assertThatThrownBy(() -> Similarity.at(image, 10, 10, image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x must be from 50 to below 150 and y from 0 to below 100");
        assertThatThrownBy(() -> Similarity.of(image, 4, 0, image))
                .hasMessage("patch (row 4, column 0) is not in the grid; rows go from 0 to 3, columns from 0 to 3");
    }

    @Test
    void marksTheQueryWhereItIs() {
        Features image = Made.random(4, 4, 8, 1);
        RgbImage photo = Made.plain(400, 400, 0x646464);

        RgbImage marked = Similarity.of(image, 1, 2, image).queryOn(photo);

        double radius = 400 / 55.0;
        assertThat(marked.pixel((int) (250 + radius), 150)).isEqualTo(0xffffff);
        assertThat(marked.pixel(250, 150)).isEqualTo(0x646464);
        assertThat(marked.pixel(150, 250)).isEqualTo(0x646464);
    }
}
