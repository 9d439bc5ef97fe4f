package io.github.dino4j.benchmarks;

import io.github.dino4j.tensor.Tensor;
import java.util.SplittableRandom;

/** Tensors of normal noise from a seed. */
final class Noise {
    private Noise() {}

    static Tensor tensor(long seed, long... shape) {
        int elements = 1;
        for (long size : shape) {
            elements = Math.toIntExact(elements * size);
        }
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, shape);
    }
}
