package io.github.dino4j.nn;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * Weights drawn as their layers ask, for training from scratch and for demonstrations. Each is drawn from a generator
 * seeded by its name, so that the values do not depend on the order of the layers.
 */
public final class RandomParameters implements ParameterSource {
    private final long seed;
    private final Arena arena;

    public RandomParameters(long seed, Arena arena) {
        this.seed = seed;
        this.arena = arena;
    }

    @Override
    public Tensor take(String name, Init init, long... shape) {
        return arena.keep(read(name, init, shape));
    }

    @Override
    public Tensor read(String name, Init init, long... shape) {
        int elements = 1;
        for (long size : shape) {
            elements = Math.toIntExact(elements * size);
        }
        CRC32 hash = new CRC32();
        hash.update(name.getBytes(StandardCharsets.UTF_8));
        float[] values = new float[elements];
        init.fill(values, new SplittableRandom(seed * 0x9E3779B97F4A7C15L + hash.getValue()));
        return Tensor.of(values, shape);
    }

    @Override
    public Tensor keep(Tensor derived) {
        return arena.keep(derived);
    }
}
