package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.predict.Features;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PcaTest {

    /** Points (5, 1), (1, -2), (9, 4), (5, 1): mean (5, 1), along (4, 3) / 5 at 0, -5, 5, 0; variance 50 / 3. */
    @Test
    void findsTheLineThroughPointsOnALine() {
        Features image = Made.features(2, 2, 2, 5, 1, 1, -2, 9, 4, 5, 1);

        Pca pca = Pca.fit(List.of(image), 2);

        assertThat(pca.mean()).containsExactly(new float[] {5, 1}, within(1e-6f));
        assertThat(pca.component(0)).containsExactly(new float[] {0.8f, 0.6f}, within(1e-6f));
        assertThat(pca.explainedVariance()[0]).isCloseTo(50 / 3.0, within(1e-5));
        assertThat(pca.explainedVarianceRatio()[0]).isCloseTo(1, within(1e-6));
        assertThat(pca.project(image)).containsExactly(new float[] {0, 0, -5, 0, 5, 0, 0, 0}, within(1e-5f));
    }

    @Test
    void leavesNothingWhereNothingVaries() {
        Features image = Made.features(2, 2, 2, 5, 1, 1, -2, 9, 4, 5, 1);

        Pca pca = Pca.fit(List.of(image), 2);

        assertThat(pca.explainedVariance()[1]).isZero();
        assertThat(pca.component(1)).containsOnly(0);
        assertThat(pca.projectWhitened(image)).doesNotContain(Float.NaN);
    }

    @ParameterizedTest(name = "width {0}")
    @ValueSource(ints = {5, 40}) // covariance, Gram matrix of 24 patches
    void givesOrthonormalDirectionsOfFallingVariance(int dim) {
        Pca pca = Pca.fit(List.of(Made.random(3, 4, dim, 1), Made.random(4, 3, dim, 2)), 4);

        for (int i = 0; i < 4; i++) {
            for (int j = 0; j <= i; j++) {
                assertThat(dot(pca.component(i), pca.component(j))).isCloseTo(i == j ? 1 : 0, within(1e-5));
            }
        }
        assertThat(pca.explainedVariance()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }

    @ParameterizedTest(name = "width {0}")
    @ValueSource(ints = {5, 40})
    void whitensToVarianceOneOverAllImagesTogether(int dim) {
        List<Features> images = List.of(Made.random(3, 4, dim, 1), Made.random(4, 3, dim, 2));

        Pca pca = Pca.fit(images, 3);

        double[] sums = new double[3];
        double[] squares = new double[3];
        for (Features image : images) {
            float[] white = pca.projectWhitened(image);
            for (int i = 0; i < white.length; i++) {
                sums[i % 3] += white[i];
                squares[i % 3] += white[i] * white[i];
            }
        }
        for (int k = 0; k < 3; k++) {
            assertThat(sums[k] / 24).isCloseTo(0, within(1e-5));
            assertThat(squares[k] / 23).isCloseTo(1, within(1e-4));
        }
    }

    @ParameterizedTest(name = "width {0}")
    @ValueSource(ints = {5, 40})
    void doesNotDependOnTheOrderOfImages(int dim) {
        Features a = Made.random(3, 4, dim, 1);
        Features b = Made.random(4, 3, dim, 2);

        Pca forward = Pca.fit(List.of(a, b), 3);
        Pca backward = Pca.fit(List.of(b, a), 3);

        for (int k = 0; k < 3; k++) {
            assertThat(backward.component(k)).containsExactly(forward.component(k), within(1e-5f));
        }
        assertThat(backward.project(a)).containsExactly(forward.project(a), within(1e-3f));
    }

    @Test
    void makesTheEntryOfGreatestMagnitudePositive() {
        Pca pca = Pca.fit(List.of(Made.random(5, 5, 6, 3)), 4);

        for (int k = 0; k < 4; k++) {
            float largest = 0;
            for (float value : pca.component(k)) {
                largest = Math.abs(value) > Math.abs(largest) ? value : largest;
            }
            assertThat(largest).isPositive();
        }
    }

    @Test
    void givesOneTokenOnePlaceInWhicheverImageItStands() {
        Features a = Made.features(1, 4, 2, 1, 2, 7, 7, 0, 1, 3, 3);
        Features b = Made.features(1, 3, 2, 7, 7, 2, 0, 5, 1);

        Pca pca = Pca.fit(List.of(a, b), 2);

        assertThat(pca.project(b)[0]).isEqualTo(pca.project(a)[2]);
        assertThat(pca.project(b)[1]).isEqualTo(pca.project(a)[3]);
    }

    @Test
    void fitsTheMaskedPatchesOnly() {
        Features masked = Made.features(1, 4, 2, 1, 2, 100, 100, 0, 1, 3, 3);
        Features bare = Made.features(1, 3, 2, 1, 2, 0, 1, 3, 3);

        Pca pca = Pca.fit(List.of(masked), List.of(new boolean[] {true, false, true, true}), 1);

        assertThat(pca.mean()).isEqualTo(Pca.fit(List.of(bare), 1).mean());
        assertThat(pca.component(0)).isEqualTo(Pca.fit(List.of(bare), 1).component(0));
    }

    @Test
    void saysWhatIsWrongWithItsInput() {
        Features image = Made.random(1, 3, 8, 1);

        assertThatThrownBy(() -> Pca.fit(List.of(image), 3))
                .hasMessage("3 patches of width 8 have at most 2 principal components, asked for 3");
        assertThatThrownBy(() -> Pca.fit(List.of(image, Made.random(1, 3, 4, 1)), 2))
                .hasMessage("image 0 has tokens of width 8, image 1 of 4; use one model for all");
        assertThatThrownBy(() -> Pca.fit(List.of(Made.features(1, 3, 1, 1, Float.NaN, 2)), 1))
                .hasMessageContaining("finite features, found NaN");
        assertThatThrownBy(() -> Pca.fit(List.of(image), 1).project(Made.random(1, 3, 4, 1)))
                .hasMessageContaining("fitted on tokens of width 8, the image has 4");
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
