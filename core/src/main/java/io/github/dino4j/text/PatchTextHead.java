package io.github.dino4j.text;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.segment.SegmentationHead;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * The likeness of each patch to each class (dino.txt, arXiv:2412.16334, section 4.3), as a segmentation head: the patch
 * tokens behind the vision head against the part of the text's feature that was trained with them.
 *
 * @param texts one vector a class [K][W], of length 1
 * @param probabilities whether the scores are softmax over the classes, as in windows, or cosines
 */
@SuppressWarnings("ArrayRecordComponent") // made for one call, never compared
record PatchTextHead(VisionHead vision, float[][] texts, boolean probabilities) implements SegmentationHead {
    @Override
    public Taps taps() {
        return new Taps(Layers.last(vision.config().patchLayer()), true);
    }

    @Override
    public int classes() {
        return texts.length;
    }

    @Override
    public boolean readsClassToken() {
        return true;
    }

    @Override
    public Tensor scores(Tensor pixels, List<Tokens> taps, int height, int width) {
        AlignedTokens aligned = vision.align(VisionHead.joined(taps));
        Tensor patches = DinoTxt.normalised(aligned.patches());
        Tensor cosines = patches.matmul(matrix().transpose(0, 1)); // [B, h * w, K]
        Tensor map = cosines.transpose(1, 2).reshape(patches.size(0), classes(), aligned.height(), aligned.width());
        Tensor large = map.bilinear(height, width, false);
        return probabilities ? large.softmax(1) : large;
    }

    private Tensor matrix() {
        int dim = texts[0].length;
        float[] values = new float[texts.length * dim];
        for (int k = 0; k < texts.length; k++) {
            System.arraycopy(texts[k], 0, values, k * dim, dim);
        }
        return Tensor.of(values, texts.length, dim);
    }
}
