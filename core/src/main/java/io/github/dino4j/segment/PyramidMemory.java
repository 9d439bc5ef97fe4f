package io.github.dino4j.segment;

import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.decoder.MaskedTransformerDecoder;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.ScaleFusion;
import io.github.dino4j.decoder.VitAdapter;

/**
 * Native memory of heads on an adapter, in bytes, estimated from the largest maps that live at once. The unit is the
 * finest map, at a quarter of the input's sides; the three coarser ones together are a third of it.
 *
 * @param cells of the finest map
 */
record PyramidMemory(long cells) {
    private static final int MULTIPLE = 32;

    /** Pixels of the input for each cell. */
    private static final int PIXELS = 16;

    /** For one image of these sides, brought up to what the adapter needs. */
    static PyramidMemory of(int height, int width) {
        return new PyramidMemory((up(height) / 4) * (up(width) / 4));
    }

    private static long up(int side) {
        return (side + MULTIPLE - 1L) / MULTIPLE * MULTIPLE;
    }

    /**
     * The stem's three convolutions, norms and activations at half of the sides (four cells each) and what follows it;
     * of the width of the backbone: the prior, its tokens, two results of each of six extractors (thirds), the upsampled
     * map, and three maps of each scale around the last norms.
     */
    long adapter(VitAdapter.Config c) {
        return cells * (40L * c.priorWidth() + 13L * c.dim()) * Float.BYTES;
    }

    /** Five maps of its width at the finest scale or together as large, a hidden layer over the coarser ones, the result. */
    long pixelDecoder(PixelDecoder.Config c) {
        return cells * (5L * c.dim() + c.hidden() / 3 + c.maskDim()) * Float.BYTES;
    }

    /** Either fusion of the four maps. */
    long fusion(ScaleFusion.Config c) {
        return c instanceof ScaleFusion.Config.MultiScaleDeformable deformable
                ? pixelDecoder(deformable.decoder())
                : 7L * cells * c.dim() * Float.BYTES; // all maps, what they add, and the finest in the making
    }

    /** Six maps at an eighth of the sides. */
    long fpn(FpnDecoder.Config c) {
        return cells / 4 * 6 * c.width() * Float.BYTES;
    }

    /** Keys and values of three scales, and the masks before the first layer and after each. */
    long queries(MaskedTransformerDecoder.Config c) {
        return cells * (c.channels() + (c.layers() + 1L) * c.queries()) * Float.BYTES;
    }

    /** Masks in the input's size, {@code copies} times. */
    long masks(int queries, int copies) {
        return cells * PIXELS * queries * copies * Float.BYTES;
    }
}
