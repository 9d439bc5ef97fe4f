package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorTest {
    @Test
    void linearIsProductWithTransposedWeightPlusBias() {
        try (Scope scope = Scope.inference()) {
            Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
            Tensor w = Tensor.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
            Tensor b = Tensor.of(new float[] {0, 0, 10}, 3);

            assertThat(x.linear(w, b).toFloats()).containsExactly(1, 2, 13, 3, 4, 17);
        }
    }

    @Test
    void keptTensorOutlivesItsScopeAndOthersDoNot() {
        try (Scope outer = Scope.inference()) {
            Tensor lost;
            Tensor kept;
            try (Scope inner = Scope.open()) {
                lost = Tensor.zeros(3).add(1);
                kept = inner.keep(lost.add(1));
            }

            assertThat(kept.toFloats()).containsExactly(2, 2, 2);
            assertThatThrownBy(lost::toFloats)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("freed");
        }
    }

    @Test
    void arenaHoldsTensorsUntilItCloses() {
        Arena arena = new Arena();
        Tensor weight;
        try (Scope scope = Scope.inference()) {
            weight = arena.keep(Tensor.full(2, DType.F32, Device.CPU, 2));
        }
        try (Scope scope = Scope.inference()) {
            assertThat(weight.mul(weight).toFloats()).containsExactly(4, 4);
        }

        arena.close();

        assertThatThrownBy(() -> weight.shape()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesTensorsWithoutScope() {
        assertThatThrownBy(() -> Tensor.zeros(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Scope.inference()");
    }

    @Test
    void errorsNameOperationAndShapesWithoutNativeFrames() {
        try (Scope scope = Scope.inference()) {
            assertThatThrownBy(() -> Tensor.zeros(2, 3).matmul(Tensor.zeros(2, 3)))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("matmul of F32[2, 3] x F32[2, 3]")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void mapsPartOfFileWithoutCopy(@TempDir Path folder) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            bytes.putFloat(i);
        }
        Path file = Files.write(folder.resolve("values.bin"), bytes.array());

        try (Scope scope = Scope.inference()) {
            Tensor part = Tensor.map(file).reinterpret(8, DType.F32, new long[] {2, 2}, new long[] {1, 2});

            assertThat(part.toFloats()).containsExactly(2, 4, 3, 5);
        }
    }

    @Test
    void metaTensorsHaveShapesAndCountMultiplyAdds() {
        try (Scope scope = Scope.inference();
                Trace trace = Trace.start()) {
            Tensor q = Tensor.empty(DType.F32, Device.META, 1, 2, 5, 4);

            Trace.stage("attention", Tensor.attention(q, q, q));

            assertThat(trace.stages())
                    .containsExactly(new Trace.Stage("attention", java.util.List.of(1L, 2L, 5L, 4L), 400));
        }
    }

    @Test
    void attentionEqualsSoftmaxOfScaledProducts() {
        try (Scope scope = Scope.inference()) {
            float[] values = new float[2 * 3 * 4];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i * 1.7);
            }
            Tensor q = Tensor.of(values, 1, 2, 3, 4);
            Tensor k = q.mul(0.5).add(0.1);
            Tensor v = q.neg();

            float[] fused = Tensor.attention(q, k, v).toFloats();
            float[] written =
                    q.matmul(k.transpose(-2, -1)).mul(0.5).softmax(-1).matmul(v).toFloats();

            for (int i = 0; i < fused.length; i++) {
                assertThat(fused[i]).isCloseTo(written[i], within(1e-6f));
            }
        }
    }

    @Test
    void findsNaNAndInfinity() {
        try (Scope scope = Scope.inference()) {
            assertThat(Tensor.of(new float[] {1, 2}, 2).isFinite()).isTrue();
            assertThat(Tensor.of(new float[] {1, Float.NaN}, 2).isFinite()).isFalse();
            assertThat(Tensor.of(new float[] {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}, 2)
                            .isFinite())
                    .isFalse();
            assertThat(Tensor.of(new float[] {3e38f, 3e38f}, 2).isFinite()).isTrue();
        }
    }
}
