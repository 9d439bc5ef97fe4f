package io.github.dino4j.segment;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.decoder.MaskPrediction;
import io.github.dino4j.decoder.MaskedTransformerDecoder;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.VitAdapter;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Tensor;

/** A Mask2Former head with every part and few weights, and predictions made by hand. */
final class SmallMask2Former {
    static final int CLASSES = 3;

    private SmallMask2Former() {}

    /** A backbone of width 64 with four layers. */
    static Model backbone() {
        VitConfig tiny = TinyModel.CONFIG;
        return Model.random(
                new VitConfig(
                        3,
                        64,
                        4,
                        4,
                        16,
                        tiny.position(),
                        tiny.ffn(),
                        tiny.norm(),
                        tiny.registers(),
                        tiny.qkvBias(),
                        true,
                        true,
                        true,
                        false,
                        false,
                        VitConfig.Remainder.DROP),
                1);
    }

    /** For a backbone of width {@code dim}, a multiple of 32 and with four layers at least; all attentions have 16 heads. */
    static Mask2FormerConfig config(int dim, int queries) {
        return new Mask2FormerConfig(
                Layers.of(0, 1, 2, 3),
                new VitAdapter.Config(dim, 8, 16, 4, 0.25, 0.5, 0.3),
                new PixelDecoder.Config(dim, 32, 64, 16, 48, 2),
                new MaskedTransformerDecoder.Config(32, 32, 64, CLASSES, queries, 3, 4, 16, 40, false));
    }

    /**
     * A prediction for one image of {@code width} pixels a row, whose masks have its size.
     *
     * @param classes probabilities of K + 1 classes for each query
     * @param masks probabilities for each query
     */
    static MaskPrediction prediction(float[][] classes, float[][] masks, int width) {
        int queries = classes.length;
        int pixels = masks[0].length;
        float[] logits = new float[queries * classes[0].length];
        float[] maskLogits = new float[queries * pixels];
        for (int q = 0; q < queries; q++) {
            for (int k = 0; k < classes[q].length; k++) {
                logits[q * classes[q].length + k] = (float) Math.log(classes[q][k] + 1e-9);
            }
            for (int i = 0; i < pixels; i++) {
                double p = Math.min(Math.max(masks[q][i], 1e-6), 1 - 1e-6);
                maskLogits[q * pixels + i] = (float) Math.log(p / (1 - p));
            }
        }
        return new MaskPrediction(
                Tensor.of(logits, 1, queries, classes[0].length),
                Tensor.of(maskLogits, 1, queries, pixels / width, width));
    }
}
