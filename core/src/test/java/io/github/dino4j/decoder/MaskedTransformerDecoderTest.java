package io.github.dino4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MaskedTransformerDecoderTest {
    private static final MaskedTransformerDecoder.Config CONFIG =
            new MaskedTransformerDecoder.Config(8, 8, 4, 3, 5, 2, 3, 2, 16, false);

    @Test
    void gradientsReachEveryWeightAndTheMaps() {
        try (Arena arena = new Arena();
                Scope scope = Scope.open()) {
            TrainableParameters source = new TrainableParameters(new RandomParameters(3, arena), name -> true);
            MaskedTransformerDecoder decoder =
                    new MaskedTransformerDecoder(Parameters.of(source).learning(), CONFIG);
            Tensor map = random(2, 8, 2, 3).learn();
            Tensor features = random(2, 4, 8, 12).learn();

            Tensor loss = Tensor.zeros();
            for (MaskPrediction prediction : decoder.forward(List.of(map, random(2, 8, 4, 6)), features)) {
                loss = loss.add(prediction.masks().square().sum(false, 0, 1, 2, 3))
                        .add(prediction.classes().square().sum(false, 0, 1, 2));
            }
            loss.backward();

            for (Map.Entry<String, Tensor> variable : source.variables().entrySet()) {
                Tensor gradient = variable.getValue().grad();
                assertThat(gradient.square()
                                .reshape(gradient.elements())
                                .sum(false, 0)
                                .item())
                        .as(variable.getKey())
                        .isPositive();
            }
            assertThat(map.grad().isFinite() && features.grad().isFinite()).isTrue();
        }
    }

    @Test
    void aQueryWithoutAMaskLooksEverywhere() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            MaskedTransformerDecoder decoder =
                    new MaskedTransformerDecoder(Parameters.of(new RandomParameters(3, arena)), CONFIG);
            List<Tensor> maps = List.of(random(1, 8, 2, 3), random(1, 8, 4, 6));
            Tensor uniform = Tensor.full(1e6, DType.F32, Device.CPU, 1, 4, 8, 12); // each mask is full or empty

            List<MaskPrediction> got = decoder.forward(maps, uniform);

            Tensor first = got.get(0).masks();
            assertThat(first.lessThan(0).to(DType.F32).sum(false, 0, 1, 2, 3).item())
                    .isPositive();
            Tensor open =
                    decoder.forward(maps, Tensor.zeros(1, 4, 8, 12)).get(1).classes(); // 0.5 is inside
            assertThat(got.get(1).classes().toFloats()).containsExactly(open.toFloats(), within(1e-6f));
        }
    }

    @Test
    void aLogitWhoseProbabilityRoundsToOneHalfIsInside() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            MaskedTransformerDecoder decoder =
                    new MaskedTransformerDecoder(Parameters.of(new RandomParameters(3, arena)), CONFIG);
            List<Tensor> maps = List.of(random(1, 8, 2, 3), random(1, 8, 4, 6));
            Tensor tiny = random(1, 4, 8, 12).mul(1e-9); // logits on both sides of 0

            Tensor got = decoder.forward(maps, tiny).get(1).classes();

            Tensor open =
                    decoder.forward(maps, Tensor.zeros(1, 4, 8, 12)).get(1).classes();
            assertThat(got.toFloats()).containsExactly(open.toFloats(), within(1e-6f));
        }
    }

    @Test
    void saysHowManyMapsItLooksAt() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            MaskedTransformerDecoder decoder =
                    new MaskedTransformerDecoder(Parameters.of(new RandomParameters(3, arena)), CONFIG);

            assertThatThrownBy(() -> decoder.forward(List.of(random(1, 8, 2, 3)), random(1, 4, 8, 12)))
                    .hasMessageContaining("looks at 2 maps, not 1");
        }
    }

    @Test
    void asksForAProjectionOfMapsOfAnotherWidth() {
        assertThatThrownBy(() -> new MaskedTransformerDecoder.Config(6, 8, 4, 3, 5, 3, 3, 2, 16, false))
                .hasMessageContaining("maps of 6 channels need projecting to 8");
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
