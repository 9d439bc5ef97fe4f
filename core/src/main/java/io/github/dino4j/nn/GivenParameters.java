package io.github.dino4j.nn;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * Weights that are in memory already, under their names: the source of a second model over the weights of a first one.
 *
 * @param tensors owned by somebody else, who must outlive every model built over them
 * @param arena for what layers derive from weights
 */
public record GivenParameters(Map<String, Tensor> tensors, Arena arena) implements ParameterSource {
    @Override
    public Tensor take(String name, Init init, long... shape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(
                    "there is no weight '" + name + "' among " + tensors.size() + " weights");
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new IllegalArgumentException(
                    "'" + name + "' is " + tensor.describe() + ", needed is " + Arrays.toString(shape));
        }
        return tensor;
    }

    @Override
    public Tensor keep(Tensor derived) {
        return arena.keep(derived);
    }
}
