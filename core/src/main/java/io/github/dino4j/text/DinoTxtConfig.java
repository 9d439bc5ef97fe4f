package io.github.dino4j.text;

import io.github.dino4j.backbone.BackboneConfig;
import java.util.Map;

/**
 * Shape of the trained part of dino.txt.
 *
 * @param embedDim width of the joint space; 2,048 in the published models
 */
public record DinoTxtConfig(int embedDim, VisionConfig vision, TextConfig text) {
    public DinoTxtConfig {
        int parts = vision.parts();
        if (embedDim < 1 || embedDim % parts != 0) {
            throw new IllegalArgumentException(
                    "a joint space of width " + embedDim + " cannot hold " + parts + " parts");
        }
        if (!vision.projection() && parts * vision.dim() != embedDim) {
            throw new IllegalArgumentException(
                    "without a projection the joint space is " + parts * vision.dim() + " wide, not " + embedDim);
        }
        if (!text.projection() && text.dim() != embedDim) {
            throw new IllegalArgumentException(
                    "without a projection the text is " + text.dim() + " wide, the joint space " + embedDim);
        }
    }

    /** The published shape on a backbone: the joint space is twice as wide as its tokens. */
    public static DinoTxtConfig published(BackboneConfig backbone) {
        return new DinoTxtConfig(2 * backbone.dim(), VisionConfig.of(backbone), TextConfig.published());
    }

    /** The same with a small text tower, for trying out. */
    public static DinoTxtConfig light(BackboneConfig backbone, int vocabulary) {
        return new DinoTxtConfig(2 * backbone.dim(), VisionConfig.of(backbone), TextConfig.light(vocabulary));
    }

    /** The texts by which {@link DinoTxtFile} knows all of this again; for {@link io.github.dino4j.predict.LoadedHead#save}. */
    public Map<String, String> metadata() {
        return DinoTxtNotes.of(this);
    }

    /** Width of one part of an image's feature, and of the aligned tokens. */
    public int width() {
        return embedDim / vision.parts();
    }
}
