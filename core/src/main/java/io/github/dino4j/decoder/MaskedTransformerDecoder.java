package io.github.dino4j.decoder;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.MultiLayerPerceptron;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Mask2Former's transformer decoder (arXiv:2112.01527, section 3.2): learned queries become masks and classes, layer by
 * layer, and each layer looks only where its query's last mask was, at one resolution after the other.
 *
 * <p>Weights: the layers', {@code query_feat} and {@code query_embed} [Q, D], {@code level_embed} [levels, D], {@code
 * input_proj.l} where the maps are not D wide, {@code post_norm}, {@code class_embed}, {@code mask_embed}. Immutable.
 */
public final class MaskedTransformerDecoder {
    private static final double EPS = 1e-5;

    private final double threshold;
    private final List<Projection> projections = new ArrayList<>();
    private final SinePositions positions;
    private final Tensor levels;
    private final Tensor content;
    private final Tensor places;
    private final List<MaskedDecoderLayer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear classes;
    private final MultiLayerPerceptron embedding;
    private final Supplier<Scope> pass;

    /**
     * Shape of a decoder.
     *
     * @param channels of the maps that it is given
     * @param dim D, width of the queries
     * @param maskDim width of the mask features
     * @param classes K, "nothing here" left out
     * @param queries Q
     * @param levels number of maps
     * @param layers number of layers; layer i looks at map i modulo {@code levels}
     * @param heads of each attention
     * @param hidden width inside the feed-forward networks
     * @param projects whether the maps go through a 1x1 convolution; they must where they are not D wide
     * @param threshold probability from which a place is inside a mask, 0.5 in the paper. A place that lies on it within
     *     rounding falls to either side by the order of additions, and takes all later layers along: whoever compares two
     *     implementations moves it by a few millionths
     */
    public record Config(
            int channels,
            int dim,
            int maskDim,
            int classes,
            int queries,
            int levels,
            int layers,
            int heads,
            int hidden,
            boolean projects,
            double threshold) {
        /** With the paper's threshold. */
        public Config(
                int channels,
                int dim,
                int maskDim,
                int classes,
                int queries,
                int levels,
                int layers,
                int heads,
                int hidden,
                boolean projects) {
            this(channels, dim, maskDim, classes, queries, levels, layers, heads, hidden, projects, 0.5);
        }

        public Config {
            if (channels != dim && !projects) {
                throw new IllegalArgumentException("maps of " + channels + " channels need projecting to " + dim
                        + "; set projects, or give maps of that width");
            }
            if (queries < 1 || classes < 1 || levels < 1 || layers < 0) {
                throw new IllegalArgumentException("a mask decoder has at least one query, class and level, not "
                        + queries + ", " + classes + ", " + levels);
            }
        }

        public Config withThreshold(double probability) {
            return new Config(
                    channels, dim, maskDim, classes, queries, levels, layers, heads, hidden, projects, probability);
        }
    }

    /** What becomes of a map before the queries see it. */
    private interface Projection {
        Tensor apply(Tensor map);
    }

    /** A map as tokens: what is mixed and, with positions added, what is compared. */
    private record Level(Tensor keys, Tensor values, int height, int width) {}

    public MaskedTransformerDecoder(Parameters p, Config c) {
        threshold = c.threshold;
        for (int level = 0; level < c.levels; level++) {
            projections.add(
                    c.projects
                            ? new Conv2d(
                                            p.at("input_proj").at(level),
                                            new Conv2d.Shape(c.channels, c.dim, 1, Bias.FULL))::forward
                            : map -> map);
        }
        positions = new SinePositions(p, c.dim / 2, 0);
        levels = p.tensor("level_embed.weight", Init.normal(1), c.levels, c.dim);
        content = p.tensor("query_feat.weight", Init.normal(1), c.queries, c.dim);
        places = p.tensor("query_embed.weight", Init.normal(1), c.queries, c.dim);
        for (int i = 0; i < c.layers; i++) {
            layers.add(new MaskedDecoderLayer(p, c, i));
        }
        norm = new LayerNorm(p.at("post_norm"), EPS, c.dim);
        classes = p.linear("class_embed", c.dim, c.classes + 1, Bias.FULL);
        embedding = new MultiLayerPerceptron(p.at("mask_embed"), c.dim, c.dim, c.dim, c.maskDim);
        pass = p.pass();
    }

    /**
     * What the queries say before the first layer and after each; the last is the result, the others are trained too.
     *
     * @param maps [B, channels, h, w] of each level, the lowest resolution first
     * @param maskFeatures [B, maskDim, H, W], which a query's embedding turns into its mask
     */
    public List<MaskPrediction> forward(List<Tensor> maps, Tensor maskFeatures) {
        if (maps.size() != projections.size()) {
            throw new IllegalArgumentException(
                    "this decoder looks at " + projections.size() + " maps, not " + maps.size());
        }
        List<MaskPrediction> predictions = new ArrayList<>();
        try (Scope scope = pass.get()) {
            List<Level> seen = new ArrayList<>();
            for (int level = 0; level < maps.size(); level++) {
                seen.add(level(maps.get(level), level));
            }
            Tensor queryPlaces = places.unsqueeze(0);
            Tensor queries = content.unsqueeze(0).expand(maskFeatures.size(0), -1, -1);
            predictions.add(predict(queries, maskFeatures));
            for (int i = 0; i < layers.size(); i++) {
                MaskedDecoderLayer layer = layers.get(i);
                Level level = seen.get(i % seen.size());
                Tensor masks = predictions.get(i).masks();
                Tensor before = queries;
                queries = Scope.tidy(
                        () -> layer.forward(before, queryPlaces, level.keys, level.values, blocked(masks, level)));
                Trace.stage("transformer_ffn_layers." + i, queries);
                predictions.add(predict(queries, maskFeatures));
            }
            Trace.stage("class_embed", predictions.get(layers.size()).classes());
            Trace.stage("mask_embed (masks)", predictions.get(layers.size()).masks());
            return predictions.stream().map(p -> p.keep(scope)).toList();
        }
    }

    private Level level(Tensor map, int index) {
        int height = (int) map.size(2);
        int width = (int) map.size(3);
        Tensor tokens = projections.get(index).apply(map).flatten(2, 3).transpose(1, 2); // [B, h w, D]
        Tensor values = tokens.add(levels.select(0, index));
        return new Level(values.add(positions.tokens(height, width, map.device())), values, height, width);
    }

    private MaskPrediction predict(Tensor queries, Tensor maskFeatures) {
        Tensor normed = norm.forward(queries);
        return new MaskPrediction(
                classes.forward(normed), MaskPrediction.blend(embedding.forward(normed), maskFeatures));
    }

    /**
     * Where each query may not look [B, 1, Q, h w]: outside of its mask. One whose mask is empty looks everywhere, since a
     * softmax over nothing is NaN.
     */
    private Tensor blocked(Tensor masks, Level level) {
        Tensor resized = masks.detach().bilinear(level.height, level.width, false);
        // The probability is compared, not the logit's sign: the sigmoid of a tiny negative number rounds to one half.
        Tensor outside = resized.sigmoid().lessThan(threshold).flatten(2, 3).unsqueeze(1);
        return outside.and(outside.all(-1).not());
    }
}
