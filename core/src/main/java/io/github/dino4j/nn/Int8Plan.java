package io.github.dino4j.nn;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How the linear layers of a model run in int8.
 *
 * @param inHalf full names of layers that stay in bfloat16
 * @param factors of layers with outlier channels: what each input channel is divided by before it is rounded, while its
 *     weights are multiplied by the same (SmoothQuant, arXiv:2211.10438)
 */
public record Int8Plan(Set<String> inHalf, Map<String, float[]> factors) {
    /** Every layer in int8 as it is. */
    public static final Int8Plan ALL = new Int8Plan(Set.of(), Map.of());

    public Int8Plan {
        inHalf = Set.copyOf(inHalf);
        factors = Map.copyOf(factors);
    }

    /** The same with more layers in bfloat16. */
    public Int8Plan withInHalf(Set<String> more) {
        Set<String> all = new HashSet<>(inHalf);
        all.addAll(more);
        return new Int8Plan(all, factors);
    }
}
