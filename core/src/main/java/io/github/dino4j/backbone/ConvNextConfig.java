package io.github.dino4j.backbone;

import java.util.List;
import java.util.OptionalInt;

/**
 * Shape of a ConvNeXt (arXiv:2201.03545) as DINOv3 distils it: four stages, each halving the sides.
 *
 * @param depths blocks of each stage
 * @param dims channels of each stage
 * @param layerScale whether the blocks scale their residual branch
 * @param mapPatch if present, {@link Backbone#intermediate} resizes every map to H / mapPatch x W / mapPatch
 */
public record ConvNextConfig(
        int inChannels, List<Integer> depths, List<Integer> dims, boolean layerScale, OptionalInt mapPatch)
        implements BackboneConfig {
    public ConvNextConfig {
        depths = List.copyOf(depths);
        dims = List.copyOf(dims);
        if (depths.size() != 4 || dims.size() != 4) {
            throw new IllegalArgumentException(
                    "a ConvNeXt has four stages, not depths " + depths + " and dims " + dims);
        }
    }

    @Override
    public int dim() {
        return dims.get(3);
    }

    @Override
    public int patch() {
        return 32;
    }

    @Override
    public int depth() {
        return 4;
    }
}
