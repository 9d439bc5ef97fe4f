package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.depth.FeaturesToDepth.Spacing;
import io.github.dino4j.depth.FeaturesToDepth.Weighting;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

class FeaturesToDepthTest {
    @Test
    void takesTheMeanOfTheBinsWhereNoChannelIsPositive() {
        try (Scope scope = Scope.inference()) {
            Tensor depth = FeaturesToDepth.linear(1, 3).forward(Tensor.of(new float[] {-5, -1, -3}, 1, 3, 1, 1));

            assertThat((float) depth.item()).isCloseTo(2, within(1e-5f));
        }
    }

    @Test
    void addsTheLeastDepthToASingleChannel() {
        try (Scope scope = Scope.inference()) {
            Tensor depth = FeaturesToDepth.linear(0.5, 3).forward(Tensor.of(new float[] {-1, 7}, 1, 1, 1, 2));

            assertThat(depth.toFloats()).containsExactly(0.5f, 7.5f);
        }
    }

    @Test
    void mixesFromRatiosToDistances() {
        double[] bins = new FeaturesToDepth(new DepthRange(1, 128), Spacing.MIX_LOG, Weighting.MIX_LOG).bins(3);

        assertThat(bins).containsExactly(new double[] {1, (4 + 8.5) / 2, 16}, within(1e-12));
    }

    @Test
    void refusesRatiosThatBeginAtZero() {
        assertThatThrownBy(() -> new FeaturesToDepth(new DepthRange(0, 10), Spacing.LOG, Weighting.LINEAR))
                .hasMessageContaining("cannot begin at 0 m");
    }

    @Test
    void refusesARangeThatIsNone() {
        assertThatThrownBy(() -> FeaturesToDepth.linear(5, 5)).hasMessageContaining("not 5.0 to 5.0");
    }

    @Test
    void refusesToSpreadASingleBin() {
        assertThatThrownBy(() -> FeaturesToDepth.linear(1, 3).bins(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("takes 2 or more, found 1");
    }
}
