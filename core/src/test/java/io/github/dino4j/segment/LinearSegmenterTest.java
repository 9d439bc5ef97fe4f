package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LinearSegmenterTest {
    private static final LinearSegmenter.Config ONE = LinearSegmenter.Config.of(TinyModel.CONFIG, Layers.last(1), 3);

    /** Two channels, a grid of 1 x 2. */
    private static Tokens tokens() {
        return new Tokens(
                Tensor.of(new float[] {9, 8}, 1, 2),
                Tensor.zeros(1, 0, 2),
                Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 2),
                1,
                2);
    }

    @Test
    void widensByTheClassTokenOfEachLayer() {
        assertThat(ONE.channels()).isEqualTo(48);
        assertThat(ONE.withClassToken()).isEqualTo(new LinearSegmenter.Config(Layers.last(1), 96, true, 3));
        assertThat(LinearSegmenter.Config.of(TinyModel.CONFIG, Layers.last(2), 3)
                        .withClassToken()
                        .channels())
                .isEqualTo(192);
    }

    @Test
    void standsTheClassTokenBehindEveryPixel() {
        LinearSegmenter.Config config = new LinearSegmenter.Config(Layers.last(1), 4, true, 1);
        try (Scope scope = Scope.inference();
                Arena arena = new Arena();
                WeightsOfOne weights = new WeightsOfOne(arena)) {
            Tensor logits = new LinearSegmenter(Parameters.of(weights), config).logits(List.of(tokens()));

            assertThat(logits.shape()).containsExactly(1, 1, 1, 2);
            assertThat(logits.toFloats()[0]).isCloseTo(1 + 2 + 9 + 8, Offset.offset(1e-3f));
            assertThat(logits.toFloats()[1]).isCloseTo(3 + 4 + 9 + 8, Offset.offset(1e-3f));
        }
    }

    @Test
    void dropsChannelsInALearningViewAlone() {
        try (Scope scope = Scope.inference();
                Arena arena = new Arena();
                RandomParameters weights = new RandomParameters(1, arena)) {
            LinearSegmenter still = new LinearSegmenter(Parameters.of(weights), ONE);
            LinearSegmenter learning =
                    new LinearSegmenter(Parameters.of(weights).learning(), ONE);
            Tokens taps = new Tokens(
                    Tensor.zeros(2, 48),
                    Tensor.zeros(2, 0, 48),
                    ramp(2 * 4 * 48).reshape(2, 4, 48),
                    2,
                    2);

            assertThat(still.logits(List.of(taps)).toFloats())
                    .isEqualTo(still.logits(List.of(taps)).toFloats());
            assertThat(learning.logits(List.of(taps)).toFloats())
                    .isNotEqualTo(learning.logits(List.of(taps)).toFloats());
        }
    }

    @Test
    void beginsWithoutPreference() {
        try (LoadedHead<LinearSegmenter> head = LoadedHead.random(1, p -> new LinearSegmenter(p, ONE));
                Scope scope = Scope.inference()) {
            Tokens zero = new Tokens(Tensor.zeros(1, 48), Tensor.zeros(1, 0, 48), Tensor.zeros(1, 1, 48), 1, 1);

            assertThat(head.head().logits(List.of(zero)).toFloats()).containsOnly(0); // bias 0
        }
    }

    @Test
    void hubHeadAsksForAFactorAMap() {
        try (LoadedHead<HubSegmenter> head = LoadedHead.random(
                        1, p -> new HubSegmenter(p, new HubSegmenter.Config(Layers.last(1), 2, 3, List.of(1.0, 2.0))));
                Scope scope = Scope.inference()) {
            assertThatThrownBy(() -> head.head().logits(List.of(tokens())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2 resize factors for 1 maps");
        }
    }

    @Test
    void hubHeadResizesByTheFactorItselfWhereSizesAreRounded() {
        try (Scope scope = Scope.inference()) {
            // 3 columns by 1.5 become 4: by the factor column 3 lies at 3.5 / 1.5 - 0.5 = 1.83, by the sizes at 2.125
            Tensor row = Tensor.of(new float[] {0, 1, 2}, 1, 1, 1, 3);

            assertThat(row.bilinearByScale(1.5).toFloats()[3]).isCloseTo(1.8333f, Offset.offset(1e-3f));
            assertThat(row.bilinear(1, 4, false).toFloats()[3]).isEqualTo(2);
        }
    }

    private static Tensor ramp(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(i);
        }
        return Tensor.of(values, count);
    }
}
