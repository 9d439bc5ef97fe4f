package io.github.dino4j.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
    private static final int CLASSES = 3;

    private static int[] labels(float[][] rows) {
        int[] labels = new int[rows.length];
        for (int n = 0; n < rows.length; n++) {
            labels[n] = (n % 5 == 0 ? 1 : 0) + (rows[n][0] > 0 ? 1 : 0);
        }
        return labels;
    }

    @Test
    void theGradientVanishesAtTheOptimum() {
        float[][] rows = KnnTest.random(80, 4, 1);
        LogisticRegression fit = LogisticRegression.fit(FeatureRows.of(rows), labels(rows), CLASSES, 1);
        assertThat(fit.gradient()).isLessThan(1e-10);
    }

    @Test
    void itIsWhereALongGradientDescentArrives() {
        float[][] rows = KnnTest.random(40, 3, 2);
        int[] labels = labels(rows);
        double[][] x = new double[40][3];
        for (int n = 0; n < 40; n++) {
            for (int i = 0; i < 3; i++) {
                x[n][i] = rows[n][i];
            }
        }
        double[] w = new double[CLASSES * 4];
        double[] gradient = new double[w.length];
        for (int step = 0; step < 60_000; step++) {
            LogisticRegression.objective(w, x, labels, CLASSES, 0.5, gradient);
            for (int i = 0; i < w.length; i++) {
                w[i] -= 0.02 * gradient[i];
            }
        }

        double[] got = LogisticRegression.fit(FeatureRows.of(rows), labels, CLASSES, 0.5)
                .probabilities(rows[7]);

        double[] scores = new double[CLASSES];
        for (int k = 0; k < CLASSES; k++) {
            scores[k] = w[4 * k] * x[7][0] + w[4 * k + 1] * x[7][1] + w[4 * k + 2] * x[7][2] + w[4 * k + 3];
        }
        assertThat(got).containsExactly(NearestCentroid.softmax(scores), within(1e-9));
    }

    @Test
    void theGradientIsThatOfTheValue() {
        double[][] x = {{0.3, -1}, {2, 0.5}, {-1, 1}};
        int[] y = {0, 2, 1};
        double[] w = {0.1, 0.2, -0.3, 0.4, -0.5, 0.6, 0.7, -0.8, 0.9};
        double[] gradient = new double[9];
        LogisticRegression.objective(w, x, y, 3, 2, gradient);
        for (int i = 0; i < 9; i++) {
            double[] up = w.clone();
            double[] down = w.clone();
            up[i] += 1e-6;
            down[i] -= 1e-6;
            double slope = (LogisticRegression.objective(up, x, y, 3, 2, new double[9])
                            - LogisticRegression.objective(down, x, y, 3, 2, new double[9]))
                    / 2e-6;
            assertThat(gradient[i]).isCloseTo(slope, within(1e-7));
        }
    }

    @Test
    void theInterceptIsNotPenalised() {
        float[][] rows = {{0}, {0}, {0}, {0}};
        double[] shares = LogisticRegression.fit(FeatureRows.of(rows), new int[] {0, 0, 0, 1}, 2, 1e-3)
                .probabilities(new float[] {0});
        assertThat(shares).containsExactly(new double[] {0.75, 0.25}, within(1e-6));
    }

    @Test
    void theFirstOfTheBestStrengthsWins() {
        float[][] rows = {{-1}, {-2}, {1}, {2}};
        LogisticRegression.Search search = LogisticRegression.search(
                FeatureRows.of(rows),
                new int[] {0, 0, 1, 1},
                FeatureRows.of(rows),
                new int[] {0, 0, 1, 1},
                2,
                List.of(1.0, 10.0),
                false);
        assertThat(search.best().c()).isEqualTo(1);
    }

    @Test
    void thePapersTry45StrengthsFrom1eMinus6To1e5() {
        List<Double> strengths = LogisticRegression.strengths();
        assertThat(strengths).hasSize(45);
        assertThat(strengths.get(0)).isCloseTo(1e-6, within(1e-15));
        assertThat(strengths.get(44)).isCloseTo(1e5, within(1e-6));
    }

    @Test
    void refusesAClassThatIsNone() {
        assertThatThrownBy(() -> LogisticRegression.fit(FeatureRows.of(new float[] {1}), new int[] {2}, 2, 1))
                .hasMessageContaining("label 0 is 2");
    }
}
