package io.github.dino4j.decoder;

import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * How the maps of a {@link Pyramid} exchange information before a decoder reads them. Two ways, to choose and to compare:
 * deformable attention looks anywhere in any scale and costs much; a feature pyramid adds each scale to the next finer
 * one and sees a neighbourhood.
 */
public interface ScaleFusion {
    /** Four maps [B, C, h, w] at 1/4, 1/8, 1/16 and 1/32. */
    List<Tensor> forward(Pyramid pyramid);

    /** Which way, and its shape. */
    sealed interface Config {
        /** Width C of the fused maps. */
        int dim();

        /** Multi-scale deformable attention, as Mask2Former's pixel decoder has it. */
        record MultiScaleDeformable(PixelDecoder.Config decoder) implements Config {
            public MultiScaleDeformable {
                if (decoder.maskDim() != decoder.dim()) {
                    throw new IllegalArgumentException("fused maps have one width; mask features of "
                            + decoder.maskDim() + " channels beside maps of " + decoder.dim() + " have two");
                }
            }

            @Override
            public int dim() {
                return decoder.dim();
            }
        }

        /** Upsampling, addition and a 3x3 convolution, from the coarsest map down. */
        record FeaturePyramidNetwork(int in, int dim) implements Config {}
    }

    /** Builds it over its weights. */
    static ScaleFusion of(Parameters p, Config config) {
        if (config instanceof Config.MultiScaleDeformable deformable) {
            PixelDecoder decoder = new PixelDecoder(p, deformable.decoder());
            return pyramid -> {
                PixelDecoder.Decoded decoded = decoder.forward(pyramid);
                List<Tensor> coarse = decoded.levels();
                return List.of(decoded.maskFeatures(), coarse.get(2), coarse.get(1), coarse.get(0));
            };
        }
        Config.FeaturePyramidNetwork fpn = (Config.FeaturePyramidNetwork) config;
        return new FeaturePyramid(p, fpn.in(), fpn.dim());
    }
}
