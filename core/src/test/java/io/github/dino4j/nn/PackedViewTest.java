package io.github.dino4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.PairRotation;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackedViewTest {
    @Test
    void pairsPutChannelsOfAHalfBesideThoseOfTheOther() {
        // 2 heads of 4 channels: q and k are paired (0, 2) (1, 3), v stays
        assertThat(PackedQueryKeyValue.pairs(8, 2))
                .containsExactly(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23);
    }

    @Test
    void tilesFillTheMatrixAndStayWithinImages() {
        Crops crops = new Crops(List.of(
                new Crops.Crop(3, 201, Rotary.NONE),
                new Crops.Crop(2, 5, Rotary.NONE),
                new Crops.Crop(1, 1029, Rotary.NONE)));
        long next = 0;
        for (Crops.Tile tile : crops.tiles()) {
            assertThat(tile.rows().start()).isEqualTo(next);
            assertThat(tile.rows().rows()).isPositive();
            assertThat(tile.first() + tile.rows().rows())
                    .isLessThanOrEqualTo(tile.crop().length());
            next += tile.rows().rows();
        }
        assertThat(next).isEqualTo(3 * 201 + 2 * 5 + 1029);
    }

    @Test
    void turnsOnlyThePatchesOfATile() {
        try (Scope scope = Scope.tiled()) {
            Tensor cos = Tensor.zeros(4, 1); // a quarter turn for each of 4 patches
            Tensor sin = Tensor.full(1, DType.F32, Device.CPU, 4, 1);
            Rotary.Pairs pairs = new Rotary.Pairs(new PairRotation(cos, sin));
            // an image of 2 + 4 tokens; this tile holds its tokens 1 to 3: one prefix token and two patches
            Tensor tile = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6}, 3, 6);

            pairs.turn(tile, 1, 6);

            assertThat(tile.toFloats()).containsExactly(1, 2, 3, 4, 5, 6, -2, 1, -4, 3, 5, 6, -2, 1, -4, 3, 5, 6);
        }
    }

    @Test
    void exactLayersOfAHalfViewAreThoseOfTheFloatView() {
        assumeTrue(Precision.BFLOAT16.supported(), "this processor has no kernels for it");
        try (Arena arena = new Arena();
                Scope scope = Scope.tiled()) {
            Parameters half = Parameters.of(new RandomParameters(1, arena)).packed(Precision.BFLOAT16);
            Parameters whole = Parameters.of(new RandomParameters(1, arena)).packed(Precision.FLOAT32);
            Tensor x = Tensor.of(new float[] {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f}, 1, 8);

            float[] exact =
                    half.exact().linear("fc", 8, 8, Bias.FULL).forward(x).toFloats();

            assertThat(exact)
                    .isEqualTo(whole.linear("fc", 8, 8, Bias.FULL).forward(x).toFloats())
                    .isNotEqualTo(half.linear("fc", 8, 8, Bias.FULL).forward(x).toFloats());
        }
    }

    @Test
    void tablesAreRememberedByShapeWithinABound() {
        TableCache cache = new TableCache();
        try (Scope scope = Scope.inference()) {
            int[] computed = new int[1];
            for (int round = 0; round < 2; round++) {
                for (int shape = 0; shape < 10; shape++) {
                    int value = shape;
                    Tensor table = cache.get(shape, () -> {
                        computed[0]++;
                        return Tensor.full(value, DType.F32, Device.CPU, 2, 2);
                    });
                    assertThat(table.toFloats()).containsExactly(value, value, value, value);
                }
            }
            assertThat(computed[0]).isEqualTo(10);

            for (int shape = 0; shape < 6; shape++) { // 16 MB each, of 64
                cache.get("large" + shape, () -> Tensor.zeros(4 << 20));
            }
            cache.get("large0", () -> {
                computed[0]++;
                return Tensor.zeros(1);
            });
            assertThat(computed[0]).isEqualTo(11); // the oldest had gone
        }
    }
}
