package io.github.dino4j.decoder;

import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * Multi-scale deformable attention (Deformable DETR, arXiv:2010.04159, "Multi-scale Deformable Attention Module"): each
 * query names a few places around its reference point in each level, and how much it wants of each.
 *
 * <p>Weights: {@code sampling_offsets} [2 M L P, D], {@code attention_weights} [M L P, D], {@code value_proj} [V, D],
 * {@code output_proj} [D, V], each with its bias.
 */
public final class MultiScaleDeformableAttention {
    private final Config config;
    private final Linear samplingOffsets;
    private final Linear attentionWeights;
    private final Linear valueProj;
    private final Linear outputProj;

    /**
     * Shape of the attention.
     *
     * @param dim D of queries, input and output
     * @param levels L maps
     * @param heads M
     * @param points P places a head and level
     * @param ratio width V of the values over D
     */
    public record Config(int dim, int levels, int heads, int points, double ratio) {
        public Config {
            if ((int) (dim * ratio) % heads != 0 || (int) (dim * ratio) == 0) {
                throw new IllegalArgumentException("values of width " + (int) (dim * ratio) + " (" + dim + " x " + ratio
                        + ") cannot be split over " + heads + " heads; take a width that is a multiple of " + heads);
            }
        }

        int values() {
            return (int) (dim * ratio);
        }
    }

    public MultiScaleDeformableAttention(Parameters p, Config c) {
        config = c;
        int places = c.heads * c.levels * c.points;
        samplingOffsets = p.linear("sampling_offsets", c.dim, 2 * places, Init.ZERO, star(c));
        attentionWeights = p.linear("attention_weights", c.dim, places, Init.ZERO, Init.ZERO);
        valueProj = p.linear("value_proj", c.dim, c.values(), Init.xavierUniform(c.dim, c.values()), Init.ZERO);
        outputProj = p.linear("output_proj", c.values(), c.dim, Init.xavierUniform(c.values(), c.dim), Init.ZERO);
    }

    /**
     * Attends.
     *
     * @param query [B, Q, D]
     * @param reference points [B or 1, Q, L or 1, 2] as (x, y), or boxes [.., 4] as (centre x, centre y, width, height);
     *     0 and 1 are a map's outer edges
     * @param input [B, S, D]: the pixels of all levels
     * @param padded [B, S], BOOL: pixels that hold nothing
     * @return [B, Q, D]
     */
    public Tensor forward(Tensor query, Tensor reference, Tensor input, Levels levels, Optional<Tensor> padded) {
        if (levels.count() != config.levels) {
            throw new IllegalArgumentException(
                    "these weights attend to " + config.levels + " levels, there are " + levels.count());
        }
        long B = query.size(0), Q = query.size(1);
        int M = config.heads, L = config.levels, P = config.points;
        Tensor value = valueProj.forward(input);
        if (padded.isPresent()) {
            value = value.mul(padded.get().not().unsqueeze(2));
        }
        value = value.reshape(B, input.size(1), M, config.values() / M);
        Tensor offsets = samplingOffsets.forward(query).reshape(B, Q, M, L, P, 2);
        Tensor weights =
                attentionWeights.forward(query).reshape(B, Q, M, (long) L * P).softmax(3);
        Tensor sampled = DeformableSampling.of(
                value, levels, places(reference, offsets, levels), weights.reshape(B, Q, M, L, P));
        return outputProj.forward(sampled);
    }

    /** Offsets are in pixels around a point, and in parts of half a box, one a place, around a box. */
    private Tensor places(Tensor reference, Tensor offsets, Levels levels) {
        Tensor around = reference.unsqueeze(2).unsqueeze(4); // [B, Q, 1, L, 1, 2 or 4]
        if (reference.size(3) == 2) {
            return offsets.div(levels.asTensor().to(offsets.device())).add(around);
        }
        Tensor half = around.narrow(5, 2, 2).mul(0.5 / config.points);
        return offsets.mul(half).add(around.narrow(5, 0, 2));
    }

    /** At the start the heads look into different directions, their places in a row: [M, L, P, 2]. */
    private static Init star(Config c) {
        float[] bias = new float[2 * c.heads * c.levels * c.points];
        int i = 0;
        for (int head = 0; head < c.heads; head++) {
            double angle = 2 * Math.PI * head / c.heads;
            double longest = Math.max(Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle)));
            for (int level = 0; level < c.levels; level++) {
                for (int point = 1; point <= c.points; point++) {
                    bias[i++] = (float) (Math.cos(angle) / longest * point);
                    bias[i++] = (float) (Math.sin(angle) / longest * point);
                }
            }
        }
        return (values, random) -> System.arraycopy(bias, 0, values, 0, bias.length);
    }
}
