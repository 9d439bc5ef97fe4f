package io.github.dino4j.backbone;

import java.util.List;
import java.util.OptionalInt;

/**
 * Shape of a ConvNeXt (arXiv:2201.03545) as DINOv3 distils it: four stages, each halving the sides.
 *
 * @param inChannels 3 for RGB, 4 with depth
 * @param depths blocks of each stage
 * @param dims channels of each stage
 * @param layerScale whether the blocks scale their residual branch
 * @param mapPatch if present, {@link Backbone#intermediate} resizes every map to H / mapPatch x W / mapPatch
 * @param depthBranch the fourth channel has a first layer of its own ({@code depth_embed}, see {@link DepthFusion})
 */
public record ConvNextConfig(
        int inChannels,
        List<Integer> depths,
        List<Integer> dims,
        boolean layerScale,
        OptionalInt mapPatch,
        boolean depthBranch)
        implements BackboneConfig {
    public ConvNextConfig {
        depths = List.copyOf(depths);
        dims = List.copyOf(dims);
        if (depths.size() != 4 || dims.size() != 4) {
            throw new IllegalArgumentException(
                    "a ConvNeXt has four stages, not depths " + depths + " and dims " + dims);
        }
        if (depthBranch && inChannels != 4) {
            throw new IllegalArgumentException(
                    "a depth branch reads the fourth of 4 channels (RGB and depth), not of " + inChannels);
        }
    }

    /** A model without a depth branch. */
    public ConvNextConfig(
            int inChannels, List<Integer> depths, List<Integer> dims, boolean layerScale, OptionalInt mapPatch) {
        this(inChannels, depths, dims, layerScale, mapPatch, false);
    }

    @Override
    public ConvNextConfig rgb() {
        return inChannels == 4 ? withChannels(3, false) : this;
    }

    /** The same on other channels, the fourth with or without a branch of its own. */
    ConvNextConfig withChannels(int channels, boolean branch) {
        return new ConvNextConfig(channels, depths, dims, layerScale, mapPatch, branch);
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
