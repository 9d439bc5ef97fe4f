package io.github.dino4j.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.tensor.Engine;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KnnTest {
    private static final Knn.Options NEAREST = Knn.Options.DINOV3.withKs(1);

    @Test
    void ofEquallyNearNeighboursTheFirstIsTaken() {
        Knn knn = new Knn(FeatureRows.of(new float[] {1, 0}, new float[] {2, 0}), new int[] {1, 0}, 2, NEAREST);
        assertThat(knn.predict(FeatureRows.of(new float[] {3, 0}), 1)).containsExactly(1);
    }

    @Test
    void ofClassesWithEqualVotesTheLowestIsTaken() {
        Knn knn =
                new Knn(FeatureRows.of(new float[] {1, 0}, new float[] {1, 0}), new int[] {1, 0}, 2, NEAREST.withKs(2));
        assertThat(knn.predict(FeatureRows.of(new float[] {3, 0}), 2)).containsExactly(0);
    }

    @Test
    void blocksAndGroupsGiveWhatAllPairsGive() {
        float[][] train = random(9000, 6, 1);
        float[][] test = random(40, 6, 2);
        int[] labels = new int[9000];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 7;
        }
        Knn knn = new Knn(FeatureRows.of(train), labels, 7, NEAREST);
        long before = Engine.memoryBudget();
        Engine.memoryBudget(knn.bytes(16));
        try {
            assertThat(knn.group(40)).isEqualTo(10);
            int[] predicted = knn.predict(FeatureRows.of(test), 1);
            for (int t = 0; t < test.length; t++) {
                assertThat(predicted[t]).isEqualTo(nearest(train, test[t]) % 7);
            }
        } finally {
            Engine.memoryBudget(before);
        }
    }

    @Test
    void aFileGivesWhatMemoryGives() {
        float[][] train = random(5000, 6, 1);
        float[][] test = random(9, 6, 2);
        int[] labels = new int[5000];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 7;
        }
        try (FeatureFile file = FeatureFile.create(Path.of(System.getProperty("java.io.tmpdir")), 6)) {
            for (float[] row : train) {
                file.add(row);
            }

            assertThat(file.row(4999)).isEqualTo(train[4999]);
            assertThat(new Knn(file, labels, 7, NEAREST).predict(FeatureRows.of(test), 1))
                    .isEqualTo(new Knn(FeatureRows.of(train), labels, 7, NEAREST).predict(FeatureRows.of(test), 1));
            assertThatThrownBy(() -> file.add(new float[5])).hasMessageContaining("row 5000 has 5 values, not 6");
            assertThatThrownBy(() -> file.read(4999, 2, new float[12])).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aMillionFeaturesFitABudgetThatTheyExceed() {
        KnnMemory plan = KnnMemory.of(1_000_000, 1024, 50_000, 200, 500_000_000);

        assertThat(plan.kept()).isFalse();
        assertThat(plan.features()).isEqualTo(4_096_000_000L);
        assertThat(plan.bytes()).isLessThanOrEqualTo(500_000_000).isGreaterThan(100_000_000);
        assertThat(plan.passes()).isEqualTo((50_000 + plan.group() - 1) / plan.group());
        assertThat(plan.describe()).contains("4096 MB) in a temporary file");
        assertThat(KnnMemory.of(1000, 64, 10, 20, 500_000_000).kept()).isTrue();
        assertThatThrownBy(() -> KnnMemory.of(1_000_000, 1024, 50_000, 200, 10_000_000))
                .hasMessageContaining("needs blocks of 34 MB at least, the budget is 10 MB");
    }

    private static int nearest(float[][] train, float[] test) {
        int best = 0;
        for (int i = 1; i < train.length; i++) {
            best = cosine(train[i], test) > cosine(train[best], test) ? i : best;
        }
        return best;
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    @Test
    void aMillionFeaturesOfWidth1024NeedLittleBesideThemselves() {
        Knn knn = new Knn(zeros(1_000_000, 1024), new int[1_000_000], 1000, Knn.Options.DINOV3);
        assertThat(knn.bytes(256)).isLessThan(50_000_000);
    }

    private static FeatureRows zeros(int size, int dim) {
        return new FeatureRows() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public int dim() {
                return dim;
            }

            @Override
            public void read(int first, int count, float[] target) {}
        };
    }

    @Test
    void refusesABudgetThatNotEvenOneImageFits() {
        Knn knn = new Knn(FeatureRows.of(random(100, 8, 1)), new int[100], 2, NEAREST);
        long before = Engine.memoryBudget();
        Engine.memoryBudget(100);
        try {
            assertThatThrownBy(() -> knn.group(5)).hasMessageContaining("Engine.memoryBudget");
        } finally {
            Engine.memoryBudget(before);
        }
    }

    @Test
    void refusesFeaturesThatAreNotANumber() {
        Knn knn = new Knn(FeatureRows.of(new float[] {1, Float.NaN}), new int[1], 1, NEAREST);
        assertThatThrownBy(() -> knn.predict(FeatureRows.of(new float[] {1, 1}), 1))
                .hasMessageContaining("value 1 of training feature 0 is NaN");
    }

    @Test
    void refusesMoreNeighboursThanFeatures() {
        assertThatThrownBy(() -> new Knn(FeatureRows.of(random(5, 2, 1)), new int[5], 1, Knn.Options.DINOV3))
                .hasMessageContaining("k 200")
                .hasMessageContaining("5 training features");
    }

    @Test
    void bothVoteRulesRankAlike() {
        float[][] train = random(60, 5, 3);
        int[] labels = new int[60];
        for (int i = 0; i < 60; i++) {
            labels[i] = i % 4;
        }
        float[] test = random(1, 5, 4)[0];
        double[] soft = new Knn(
                        FeatureRows.of(train), labels, 4, new Knn.Options(List.of(20), 0.07, Knn.Vote.SOFTMAX, false))
                .probabilities(test);
        double[] plain = new Knn(
                        FeatureRows.of(train),
                        labels,
                        4,
                        new Knn.Options(List.of(20), 0.07, Knn.Vote.EXPONENTIAL, false))
                .probabilities(test);
        assertThat(plain).containsExactly(soft, within(1e-12));
    }

    static float[][] random(int rows, int dim, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] values = new float[rows][dim];
        for (float[] row : values) {
            for (int i = 0; i < dim; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return values;
    }
}
