package io.github.dino4j.ssl;

import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.tensor.Tensor;

/**
 * Weights of a {@link Network} from two places: the backbone's under their own names, the heads' under the network's.
 *
 * @param backbone for example those of a model
 * @param heads for example drawn
 */
public record NetworkParameters(ParameterSource backbone, ParameterSource heads) implements ParameterSource {
    @Override
    public Tensor take(String name, Init init, long... shape) {
        return of(name).take(bare(name), init, shape);
    }

    @Override
    public Tensor buffer(String name, Init init, long... shape) {
        return of(name).buffer(bare(name), init, shape);
    }

    private ParameterSource of(String name) {
        return name.startsWith(Network.BACKBONE) ? backbone : heads;
    }

    private static String bare(String name) {
        return name.startsWith(Network.BACKBONE) ? name.substring(Network.BACKBONE.length()) : name;
    }

    @Override
    public Tensor keep(Tensor derived) {
        return heads.keep(derived);
    }
}
