package io.github.dino4j.text;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.VitConfig;

/**
 * Shape of a vision head.
 *
 * @param dim width of the backbone's tokens
 * @param heads of attention in the head's blocks; those of the backbone
 * @param blocks 2 in the published models
 * @param hidden inner width of the blocks' SwiGLU
 * @param classToken whether the class token is part of an image's feature
 * @param patchTokens whether the pooled patches are
 * @param projection whether a linear layer brings {@code dim} to {@link DinoTxtConfig#width}
 * @param pooling how the patches become one vector
 * @param patchLayer from which layer the patches are, counted from the last, which is 1; the class token is always the last
 *     layer's
 */
public record VisionConfig(
        int dim,
        int heads,
        int blocks,
        int hidden,
        boolean classToken,
        boolean patchTokens,
        boolean projection,
        Pooling pooling,
        int patchLayer) {
    /** How patches become one vector. */
    public enum Pooling {
        MEAN,
        MAX
    }

    public VisionConfig {
        if (!classToken && !patchTokens) {
            throw new IllegalArgumentException("an image's feature needs the class token, the patches, or both");
        }
        if (blocks < 0 || patchLayer < 1 || heads < 1 || dim % heads != 0) {
            throw new IllegalArgumentException("a vision head of " + blocks + " blocks of width " + dim + " with "
                    + heads + " heads on layer " + patchLayer + " from the last cannot be built");
        }
    }

    /**
     * The published head's shape on a backbone.
     *
     * @throws IllegalArgumentException if the backbone is no vision transformer
     */
    public static VisionConfig of(BackboneConfig backbone) {
        int heads = heads(backbone);
        int dim = backbone.dim();
        return new VisionConfig(dim, heads, 2, hidden(dim), true, true, false, Pooling.MEAN, 1);
    }

    static int heads(BackboneConfig backbone) {
        if (backbone instanceof VitConfig vit) {
            return vit.heads();
        }
        throw new IllegalArgumentException("a dino.txt head works on the tokens of a vision transformer, not on "
                + backbone.getClass().getSimpleName().replace("Config", ""));
    }

    /** Two thirds of four times the width, up to the next multiple of 64. */
    static int hidden(int dim) {
        return (4 * dim * 2 / 3 + 63) / 64 * 64;
    }

    /** Parts of an image's feature, each as wide as the projected tokens: 2 with class token and patches. */
    public int parts() {
        return classToken && patchTokens ? 2 : 1;
    }
}
