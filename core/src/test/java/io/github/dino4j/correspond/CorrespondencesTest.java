package io.github.dino4j.correspond;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.TinyModel;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CorrespondencesTest {
    private static final int DIM = 8;

    /** Features of a photo of 10 pixels a patch, seen whole. */
    private static Features features(int height, int width, float... patches) {
        RgbImage photo = TinyModel.picture(10 * width, 10 * height, 1);
        return new Features(
                height,
                width,
                new float[patches.length / (height * width)],
                new float[0],
                patches,
                Transform.dinoV3(16)
                        .withSizing(new Sizing.Exact(16 * height, 16 * width))
                        .apply(photo)
                        .geometry());
    }

    /** Random tokens, each row moved to the right by {@code shift} patches. */
    private static Features moved(int height, int width, int shift) {
        Random random = new Random(3);
        float[] patches = new float[height * width * DIM];
        for (int r = 0; r < height; r++) {
            for (int c = 0; c < width; c++) {
                for (int d = 0; d < DIM; d++) {
                    int column = (c + shift) % width;
                    patches[(r * width + column) * DIM + d] = (float) random.nextGaussian() * (1 + r);
                }
            }
        }
        return features(height, width, patches);
    }

    @Test
    void findsEveryPatchAgainWhereItWent() {
        Correspondences found = Correspondences.mutual(moved(4, 6, 0), moved(4, 6, 2));

        assertThat(found.pairs()).hasSize(24).allSatisfy(pair -> {
            assertThat(pair.cosine()).isEqualTo(1, within(1e-6));
            assertThat(pair.by()).isEqualTo(pair.ay(), within(1e-9));
            assertThat(pair.bx()).isEqualTo((pair.ax() + 20) % 60, within(1e-9));
        });
    }

    @Test
    void keepsOnlyPairsThatChooseEachOther() {
        // a0 and a1 both prefer b0, which prefers a0; nobody is b1's second choice
        Features a = features(1, 2, 1, 0, 0.8f, 0.6f);
        Features b = features(1, 2, 1, 0.1f, 0, -1);

        Correspondences found = Correspondences.mutual(a, b);

        assertThat(found.dense()).containsExactly(0, 0);
        assertThat(found.pairs()).hasSize(1);
        assertThat(found.pairs().get(0).ax()).isEqualTo(5);
        assertThat(found.pairs().get(0).bx()).isEqualTo(5);
        assertThat(found.pairs().get(0).cosine()).isEqualTo(1 / Math.sqrt(1.01), within(1e-6));
    }

    @Test
    void looksOnlyAmongChosenPatches() {
        Features a = features(1, 2, 1, 0, 0, 1);

        Correspondences found = Correspondences.mutual(a, new boolean[] {true, false}, a, new boolean[] {false, true});

        assertThat(found.dense()).containsExactly(1, -1);
        assertThat(found.pairs()).hasSize(1);
    }

    @Test
    void spreadsPairsFromTheBestDown() {
        Features a = features(1, 4, 1, 0, 0.9f, 0.1f, 0, 1, -1, 0.2f);

        Correspondences found = Correspondences.mutual(a, a);

        assertThat(found.pairs()).hasSize(4);
        assertThat(found.spread(15).pairs())
                .hasSize(2)
                .allSatisfy(pair -> assertThat(pair.ax()).isIn(5.0, 25.0, 15.0, 35.0));
        assertThat(found.spread(15).pairs().get(0)).isEqualTo(found.pairs().get(0));
        assertThat(found.most(3).pairs()).hasSize(3);
        assertThat(found.atLeast(1.1).pairs()).isEmpty();
    }

    @Test
    void drawsBothPhotosSideBySide() {
        Features a = moved(4, 6, 0);
        RgbImage photo = TinyModel.picture(60, 40, 1);

        Correspondences found = Correspondences.mutual(a, moved(4, 6, 2));

        assertThat(found.picture(photo, photo).width()).isEqualTo(126);
        assertThat(found.field(photo, photo).height()).isEqualTo(40);
        assertThat(found.picture(photo, photo).rgb())
                .isNotEqualTo(found.most(0).picture(photo, photo).rgb());
        assertThatThrownBy(() -> found.picture(TinyModel.picture(60, 60, 1), photo))
                .hasMessageContaining("the features come from one of 60 x 40");
    }

    @Test
    void refusesTokensOfTwoModelsAndBrokenOnes() {
        Features a = features(1, 2, 1, 0, 0, 1);

        assertThatThrownBy(() -> Correspondences.mutual(a, features(1, 2, 1, 2, 3, 4, 5, 6)))
                .hasMessageContaining("width 2 and 3");
        assertThatThrownBy(() -> Correspondences.mutual(a, features(1, 2, 1, 0, Float.NaN, 1)))
                .hasMessageContaining("patch (0, 1) has a token that is not finite");
    }
}
