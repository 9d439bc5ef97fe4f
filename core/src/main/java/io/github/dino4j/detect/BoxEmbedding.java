package io.github.dino4j.detect;

import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;

/**
 * Positions of queries from the boxes that they begin with (Deformable DETR, arXiv:2010.04159, "Two-Stage Deformable
 * DETR"): sines and cosines of the four numbers, mixed.
 *
 * <p>Weights: {@code pos_trans} [2D, 2D], {@code pos_trans_norm} [2D]; of the result the first half is read (the second was
 * the queries' content, before that was learned). Immutable.
 */
final class BoxEmbedding {
    private static final double TEMPERATURE = 10_000;

    private final int dim;
    private final Linear mix;
    private final LayerNorm norm;

    BoxEmbedding(Parameters p, DetectorConfig c) {
        dim = c.dim();
        mix = Detector.linear(p, "pos_trans", 2 * dim, 2 * dim);
        norm = new LayerNorm(p.at("pos_trans_norm"), Detector.EPS, 2 * dim);
    }

    /** Positions [B, Q, D] of centred boxes in pixels [B, Q, 4]. */
    Tensor forward(Tensor boxes) {
        return norm.forward(mix.forward(waves(boxes))).narrow(2, 0, dim);
    }

    /** [B, Q, 2D]: of each number D / 2 values, sine and cosine in turn. */
    private Tensor waves(Tensor boxes) {
        int periods = dim / 4;
        float[] lengths = new float[periods];
        for (int i = 0; i < periods; i++) {
            lengths[i] = (float) Math.pow(TEMPERATURE, 2.0 * i / (dim / 2.0));
        }
        Tensor turned = boxes.mul(2 * Math.PI)
                .unsqueeze(-1)
                .div(Tensor.of(lengths, 1, 1, 1, periods).to(boxes.device()));
        Tensor pairs = Tensor.cat(4, turned.sin().unsqueeze(-1), turned.cos().unsqueeze(-1)); // [B, Q, 4, D/4, 2]
        return pairs.flatten(2, 4);
    }
}
