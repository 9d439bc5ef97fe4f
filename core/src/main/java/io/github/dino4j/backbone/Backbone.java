package io.github.dino4j.backbone;

import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model that turns images into features. Immutable: any thread may call it while the arena of its weights is open;
 * results belong to the caller's scope.
 */
public sealed interface Backbone permits VisionTransformer, ConvNext, ResNet, Xcit {
    BackboneConfig config();

    /**
     * One set of images of one size.
     *
     * @param pixels normalised images [B, channels, H, W]
     * @param mask patches to hide [B, P], BOOL; only for vision transformers with a mask token
     * @param local whether these are the local crops of self-supervised training, for whose class tokens some models learn
     *     with a norm of its own
     */
    record Images(Tensor pixels, Optional<Tensor> mask, boolean local) {
        public Images(Tensor pixels) {
            this(pixels, Optional.empty(), false);
        }

        public Images(Tensor pixels, Optional<Tensor> mask) {
            this(pixels, mask, false);
        }

        /** Local crops of self-supervised training. */
        public static Images local(Tensor pixels) {
            return new Images(pixels, Optional.empty(), true);
        }
    }

    /**
     * Encodes several sets of images, such as the global and local crops of self-supervised training, in one pass.
     *
     * @throws IllegalArgumentException if a size does not fit the model, or it cannot mask
     */
    List<Encoding> forward(List<Images> sets);

    /** Encodes images [B, channels, H, W]. */
    default Encoding forward(Tensor pixels) {
        return forward(List.of(new Images(pixels))).get(0);
    }

    /**
     * Tokens after chosen layers, in ascending order, the last norm applied to each if {@code norm}
     * ({@code get_intermediate_layers} in the official code).
     */
    List<Tokens> intermediate(Tensor pixels, Layers layers, boolean norm);

    /**
     * Attention weights [B, heads, N, N] of chosen blocks, N = 1 + registers + patches.
     *
     * @throws UnsupportedOperationException if the backbone has no self-attention over tokens
     */
    List<Tensor> attention(Tensor pixels, Layers layers);

    /** Builds the backbone of a configuration over its weights. */
    static Backbone of(BackboneConfig config, Parameters p) {
        if (config instanceof VitConfig vit) {
            return new VisionTransformer(p, vit);
        }
        if (config instanceof ConvNextConfig convNext) {
            return new ConvNext(p, convNext);
        }
        if (config instanceof ResNetConfig resNet) {
            return new ResNet(p, resNet);
        }
        return new Xcit(p, (XcitConfig) config);
    }

    /** For backbones that take each set by itself and cannot mask. */
    static List<Encoding> each(List<Images> sets, java.util.function.Function<Tensor, Encoding> encode) {
        List<Encoding> encodings = new ArrayList<>();
        for (Images images : sets) {
            if (images.mask().isPresent()) {
                throw new IllegalArgumentException("only vision transformers can hide patches");
            }
            encodings.add(encode.apply(images.pixels()));
        }
        return encodings;
    }
}
