package io.github.dino4j.detect;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * Attention of queries to all places of a map, biased by how each place lies to the query's box (Plain DETR,
 * arXiv:2308.01904, "Box-to-pixel relative position bias"): one small network reads the distances of a column to the box's
 * left and right edge, another those of a row to the upper and lower one, and their sum is the bias.
 *
 * <p>Weights: {@code q}, {@code k}, {@code v}, {@code proj}; {@code cpb_mlp1} (columns) and {@code cpb_mlp2} (rows), each
 * two linear layers from 2 distances to one number a head.
 */
final class BoxAttention {
    /** Added to the likeness of places that are padding: as good as never seen, and finite where there is nothing else. */
    private static final double PADDED = -100;

    private final int heads;
    private final int stride;
    private final PositionBias measure;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final Edges columns;
    private final Edges rows;

    /** What one axis adds to the bias. */
    private record Edges(Linear hidden, Linear out) {
        Edges(Parameters p, DetectorConfig c) {
            this(Detector.linear(p, "0", 2, c.biasHidden()), p.linear("2", c.biasHidden(), c.heads(), Bias.NONE));
        }

        /** [B, Q, places, heads] of distances [B, Q, places, 2]. */
        Tensor forward(Tensor distances) {
            return out.forward(hidden.forward(distances, Activation.RELU));
        }
    }

    BoxAttention(Parameters p, DetectorConfig c) {
        heads = c.heads();
        stride = c.stride();
        measure = c.bias();
        query = Detector.linear(p, "q", c.dim(), c.dim());
        key = Detector.linear(p, "k", c.dim(), c.dim());
        value = Detector.linear(p, "v", c.dim(), c.dim());
        out = Detector.linear(p, "proj", c.dim(), c.dim());
        columns = new Edges(p.at("cpb_mlp1"), c);
        rows = new Edges(p.at("cpb_mlp2"), c);
    }

    /**
     * What the queries see [B, Q, D].
     *
     * @param queries with their positions [B, Q, D]
     * @param boxes of the queries, centred, in pixels [B, Q, 4]
     * @param keys of a map, with positions [B, height * width, D]
     * @param values [B, height * width, D]
     * @param padded places without image [B, height, width], BOOL
     */
    Tensor forward(
            Tensor queries, Tensor boxes, Tensor keys, Tensor values, int height, int width, Optional<Tensor> padded) {
        Tensor bias = bias(boxes, height, width);
        if (padded.isPresent()) {
            Tensor far = Tensor.full(PADDED, bias.dtype(), bias.device(), 1, 1, 1, 1);
            Tensor none = Tensor.full(0, bias.dtype(), bias.device(), 1, 1, 1, 1);
            Tensor places = padded.get().reshape(padded.get().size(0), 1, 1, (long) height * width);
            bias = bias.add(far.whereMask(places, none));
        }
        Tensor mixed = Tensor.biasedAttention(
                split(query.forward(queries)), split(key.forward(keys)), split(value.forward(values)), bias);
        return out.forward(mixed.transpose(1, 2).flatten(2, 3));
    }

    /** [B, heads, Q, height * width]. */
    private Tensor bias(Tensor boxes, int height, int width) {
        Tensor corners = Boxes.corners(boxes);
        Tensor left = corners.select(-1, 0);
        Tensor top = corners.select(-1, 1);
        Tensor right = corners.select(-1, 2);
        Tensor bottom = corners.select(-1, 3);
        Tensor x = columns.forward(distances(left, right, width)).permute(0, 3, 1, 2); // [B, heads, Q, width]
        Tensor y = rows.forward(distances(top, bottom, height)).permute(0, 3, 1, 2); // [B, heads, Q, height]
        return y.unsqueeze(-1).add(x.unsqueeze(3)).flatten(3, 4);
    }

    /** How far two edges [B, Q] lie behind the centres of places: [B, Q, places, 2]. */
    private Tensor distances(Tensor low, Tensor high, int places) {
        float[] centres = new float[places];
        for (int i = 0; i < places; i++) {
            centres[i] = (i + 0.5f) * stride;
        }
        Tensor edges = Tensor.cat(2, low.unsqueeze(-1), high.unsqueeze(-1)).unsqueeze(2); // [B, Q, 1, 2]
        return measure.measure(edges.sub(Tensor.of(centres, 1, 1, places, 1).to(low.device())));
    }

    private Tensor split(Tensor tokens) {
        return tokens.reshape(tokens.size(0), tokens.size(1), heads, tokens.size(2) / heads)
                .transpose(1, 2);
    }
}
