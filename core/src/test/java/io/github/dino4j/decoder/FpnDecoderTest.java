package io.github.dino4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sizes and refusals; golden cases hold the numbers. */
class FpnDecoderTest {
    private static long[] run(int padding, int... sizes) {
        try (LoadedHead<FpnDecoder> head =
                        LoadedHead.random(1, p -> new FpnDecoder(p, new FpnDecoder.Config(4, 12, 3, padding)));
                Scope scope = Scope.inference()) {
            List<Tensor> maps = Arrays.stream(sizes)
                    .mapToObj(size -> Tensor.zeros(1, 4, size, size + 1))
                    .toList();
            return head.head().forward(maps).shape();
        }
    }

    @Test
    void quadruplesAPaddedMap() {
        assertThat(run(1, 1, 1, 1, 1)).containsExactly(1, 3, 4, 8);
    }

    @Test
    void losesTheBordersOfAnUnpaddedMap() {
        assertThat(run(0, 7, 7, 7, 7)).containsExactly(1, 3, 4, 8); // the smallest that leaves anything
    }

    @Test
    void joinsMapsOfAllSizes() {
        assertThat(run(1, 8, 16, 32, 4)).containsExactly(1, 3, 16, 20);
    }

    @Test
    void saysWhatGridAnUnpaddedPyramidNeeds() {
        assertThatThrownBy(() -> run(0, 6, 6, 6, 6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a grid of at least 7 x 7 patches, this image gives 6 x 7");
    }

    @Test
    void asksForFourMaps() {
        assertThatThrownBy(() -> run(1, 8, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("joins 4 maps, not 2");
    }
}
