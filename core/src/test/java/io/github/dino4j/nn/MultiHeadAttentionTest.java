package io.github.dino4j.nn;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MultiHeadAttentionTest {
    @Test
    void paddedKeysChangeNothing() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            MultiHeadAttention attention = new MultiHeadAttention(Parameters.of(new RandomParameters(1, arena)), 8, 2);
            Tensor query = random(2, 3, 8);
            Tensor keys = random(2, 5, 8);
            Tensor padding =
                    Tensor.of(new float[] {0, 0, 0, 1, 1, 0, 0, 0, 1, 1}, 2, 5).to(DType.BOOL);

            Tensor got = attention.forward(query, keys, keys, MultiHeadAttention.padding(padding));

            Tensor alone = attention.forward(query, keys.narrow(1, 0, 3), keys.narrow(1, 0, 3));
            assertThat(got.toFloats()).containsExactly(alone.toFloats(), within(1e-6f));
        }
    }

    @Test
    void sendsGradientsToItsProjectionsInEveryStep() {
        try (Arena arena = new Arena();
                Scope scope = Scope.open()) {
            TrainableParameters source = new TrainableParameters(new RandomParameters(1, arena), name -> true);
            MultiHeadAttention attention =
                    new MultiHeadAttention(Parameters.of(source).learning(), 8, 2);
            Tensor x = random(1, 4, 8);

            attention.forward(x, x, x).square().sum(false, 0, 1, 2).backward();
            float[] once = requireNonNull(source.variables().get("in_proj_weight"))
                    .grad()
                    .toFloats();
            attention.forward(x, x, x).square().sum(false, 0, 1, 2).backward();
            float[] twice = requireNonNull(source.variables().get("in_proj_weight"))
                    .grad()
                    .toFloats();

            for (int i = 0; i < once.length; i++) {
                once[i] *= 2;
            }
            assertThat(twice).containsExactly(once, within(1e-5f));
        }
    }

    @Test
    void refusesHeadsThatDoNotDivideTheWidth() {
        try (Arena arena = new Arena()) {
            Parameters p = Parameters.of(new RandomParameters(1, arena));

            assertThatThrownBy(() -> new MultiHeadAttention(p, 10, 4))
                    .hasMessageContaining("width 10 cannot be split over 4 heads");
        }
    }

    private static Tensor random(long... shape) {
        int elements = 1;
        for (long size : shape) {
            elements *= (int) size;
        }
        float[] values = new float[elements];
        SplittableRandom random = new SplittableRandom(elements);
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return Tensor.of(values, shape);
    }
}
