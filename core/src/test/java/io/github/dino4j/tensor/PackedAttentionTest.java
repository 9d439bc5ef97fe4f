package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.tensor.PackedAttention.Images;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedAttentionTest {
    /** One piece, several pieces, packed keys and values, one token; odd head widths; several images and sets. */
    @ParameterizedTest
    @CsvSource({"F32,3,201,64", "F32,2,700,64", "F32,1,2100,16", "F32,4,1,12", "BF16,3,201,64", "BF16,1,2100,32"})
    void equalsTheEnginesOwnAttention(DType type, int heads, int length, int dim) {
        assumeTrue((type == DType.F32 ? Precision.FLOAT32 : Precision.BFLOAT16).supported());
        try (Scope scope = Scope.tiled()) {
            List<Images> sets = List.of(new Images(0, 2, length), new Images(2L * length, 1, 9));
            int width = heads * dim;
            Tensor qkv = PackedWeightTest.noise(5, 2L * length + 9, 3L * width);

            Tensor mixed = PackedAttention.mix(qkv.to(type), heads, sets, DType.F32);

            List<Tensor> expected = new ArrayList<>();
            for (Images set : sets) {
                Tensor[] parts = qkv.narrow(0, set.start(), set.images() * set.length())
                        .reshape(set.images(), set.length(), 3, heads, dim)
                        .permute(2, 0, 3, 1, 4)
                        .unbind(0);
                expected.add(Tensor.attention(parts[0], parts[1], parts[2])
                        .transpose(1, 2)
                        .reshape(set.images() * set.length(), width));
            }
            double error =
                    mixed.sub(Tensor.cat(0, expected)).abs().amax(1).amax(0).item();
            assertThat(error).isLessThan(type == DType.F32 ? 1e-5 : 5e-2);
        }
    }
}
