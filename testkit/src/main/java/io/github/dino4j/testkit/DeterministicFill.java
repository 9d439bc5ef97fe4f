package io.github.dino4j.testkit;

import java.nio.charset.StandardCharsets;

/**
 * The deterministic fill of the golden cases: the values of a tensor follow from its name alone, so that a case with
 * millions of weights is a list of names.
 *
 * <p>FNV-1a of the name seeds a SplitMix64 stream; value i is {@code offset + scale * (2u - 1)} with the 24 upper bits
 * of draw i as u in [0, 1), computed in double and rounded once to float. A name always gives the same bits on every
 * machine.
 */
public final class DeterministicFill {
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private DeterministicFill() {}

    /** The values of the tensor {@code name}; an input called x is filled under the name "input:x". */
    public static float[] fill(String name, long n, double offset, double scale) {
        float[] values = new float[Math.toIntExact(n)];
        long hash = fnv1a64(name);
        for (int i = 0; i < values.length; i++) {
            double u = (mix(hash + (i + 1L) * GOLDEN_GAMMA) >>> 40) / (double) (1 << 24);
            values[i] = (float) (offset + scale * (2 * u - 1));
        }
        return values;
    }

    private static long fnv1a64(String name) {
        long hash = FNV_BASIS;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
