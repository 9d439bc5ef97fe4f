package io.github.dino4j.onnx;

import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** Weights under official names for our own layers; rotary periods may be left to the configuration. */
record Weights(StateDict weights, Arena arena) implements ParameterSource {
    @Override
    public Tensor take(String name, Init init, long... shape) {
        Optional<StoredTensor> stored = weights.find(name);
        if (stored.isEmpty() && !name.equals("rope_embed.periods")) {
            throw new IllegalArgumentException("the configuration needs a weight '" + name + "' "
                    + Arrays.toString(shape) + ", and there is none among " + weights);
        }
        if (stored.isPresent() && !Arrays.equals(stored.get().shape(), shape)) {
            throw new IllegalArgumentException("the weight '" + name + "' is "
                    + Arrays.toString(stored.get().shape()) + ", the configuration needs " + Arrays.toString(shape));
        }
        float[] values = stored.isPresent() ? stored.get().toFloats() : new float[elements(shape)];
        if (stored.isEmpty()) {
            init.fill(values, new SplittableRandom(0)); // a table: nothing is drawn
        }
        return arena.keep(Tensor.of(values, shape));
    }

    @Override
    public Tensor keep(Tensor derived) {
        return arena.keep(derived);
    }

    private static int elements(long... shape) {
        return (int) LongStream.of(shape).reduce(1, Math::multiplyExact);
    }
}
