package io.github.dino4j.text;

import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;

/**
 * The trained part of dino.txt ("DINOv2 Meets Text", arXiv:2412.16334; DINOv3, arXiv:2508.10104, section 6.3): a vision head
 * on a frozen backbone, a text tower, and how sharply likeness counts. Images and texts become vectors of one space, whose
 * cosine is their likeness. Immutable.
 *
 * <p>Weights: {@code logit_scale} [1], {@code visual_model.head}, {@code text_model}.
 */
public final class DinoTxt {
    /** The first value of the sharpness: 1 / 0.07, as CLIP has it; it is stored as its logarithm. */
    private static final double FIRST_SCALE = Math.log(1 / 0.07);

    private final DinoTxtConfig config;
    private final Tensor logitScale;
    private final VisionHead vision;
    private final TextTower text;

    public DinoTxt(Parameters p, DinoTxtConfig c) {
        config = c;
        logitScale = p.tensor("logit_scale", Init.constant(FIRST_SCALE), 1);
        vision = new VisionHead(p.at("visual_model").at("head"), c.vision(), c.width());
        text = new TextTower(p.at("text_model"), c.text(), c.embedDim());
    }

    public DinoTxtConfig config() {
        return config;
    }

    public VisionHead vision() {
        return vision;
    }

    public TextTower text() {
        return text;
    }

    /** By what training multiplied a cosine [1]. */
    public Tensor scale() {
        return logitScale.exp();
    }

    /** The features scaled to length 1 along the last axis, as cosines want them. */
    static Tensor normalised(Tensor features) {
        return features.div(
                features.square().sum(true, features.dim() - 1).sqrt().clampMin(1e-12));
    }
}
