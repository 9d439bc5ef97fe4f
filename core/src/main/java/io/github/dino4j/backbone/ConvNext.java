package io.github.dino4j.backbone;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Depthwise;
import io.github.dino4j.nn.Downsampling;
import io.github.dino4j.nn.FeatureMap;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.LayerScale;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.PatchProjection;
import io.github.dino4j.nn.Squares;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * ConvNeXt (arXiv:2201.03545) as DINOv3 distils it (arXiv:2508.10104). Its class token is the mean over the last map,
 * its patch tokens are that map, both through one final norm; it has no registers.
 */
final class ConvNext implements Backbone {
    private static final double EPS = 1e-6;
    private static final Init WEIGHT = Init.truncatedNormal(0.02);

    private final ConvNextConfig config;
    private final Supplier<Scope> pass;
    private final Stem stem;
    private final List<Halving> halvings = new ArrayList<>();
    private final List<List<Block>> stages = new ArrayList<>();
    private final LayerNorm norm;

    ConvNext(Parameters p, ConvNextConfig c) {
        config = c;
        pass = p.pass();
        Parameters down = p.at("downsample_layers");
        stem = Stem.of(p, c);
        for (int stage = 1; stage < 4; stage++) {
            halvings.add(
                    Halving.of(down.at(stage), c.dims().get(stage - 1), c.dims().get(stage)));
        }
        for (int stage = 0; stage < 4; stage++) {
            List<Block> blocks = new ArrayList<>();
            for (int i = 0; i < c.depths().get(stage); i++) {
                blocks.add(new Block(p.at("stages").at(stage).at(i), c.dims().get(stage), c.layerScale()));
            }
            stages.add(blocks);
        }
        norm = new LayerNorm(p.at("norm"), EPS, c.dim());
        p.alias("norm", "norms.3");
    }

    @Override
    public ConvNextConfig config() {
        return config;
    }

    @Override
    public List<Encoding> forward(List<Images> sets) {
        return Backbone.each(sets, pixels -> {
            try (Scope scope = pass.get()) {
                Tokens prenorm = features(run(pixels, 3, (map, stage) -> {}));
                Encoding encoding = new Encoding(normed(prenorm).keep(scope), prenorm.keep(scope));
                Trace.stage("norm", encoding.normed().patches());
                return encoding;
            }
        });
    }

    @Override
    public List<Tokens> intermediate(Tensor pixels, Layers layers, boolean norm) {
        int[] wanted = layers.indices(4);
        try (Scope scope = pass.get()) {
            List<Tokens> result = new ArrayList<>();
            run(pixels, wanted[wanted.length - 1], (map, stage) -> {
                if (Arrays.binarySearch(wanted, stage) >= 0) {
                    Tokens features = resized(features(map), pixels);
                    boolean last = stage == 3; // only the last stage has a norm
                    result.add((norm && last ? normed(features) : features).keep(scope));
                }
            });
            return result;
        }
    }

    @Override
    public List<Tensor> attention(Tensor pixels, Layers layers) {
        throw new UnsupportedOperationException("a ConvNeXt has no attention; vision transformers do");
    }

    /** Runs stages 0 to {@code last} and shows each one's map to {@code reader}; returns the last one. */
    private FeatureMap run(Tensor pixels, int last, ObjIntConsumer<FeatureMap> reader) {
        requireImages(pixels);
        FeatureMap x = FeatureMap.tidy(() -> stem.forward(pixels));
        for (int stage = 0; stage <= last; stage++) {
            if (stage > 0) {
                x = step(x, halvings.get(stage - 1)::forward);
            }
            Trace.stage("downsample_layers." + stage, x::image);
            for (Block block : stages.get(stage)) {
                x = step(x, block::forward);
            }
            Trace.stage("stages." + stage, x::image);
            reader.accept(x, stage);
        }
        return x;
    }

    private void requireImages(Tensor pixels) {
        if (pixels.dim() != 4 || pixels.size(1) != config.inChannels()) {
            throw new IllegalArgumentException(
                    "images must be [B, " + config.inChannels() + ", H, W], not " + pixels.describe());
        }
        int least = 32;
        if (pixels.size(2) < least || pixels.size(3) < least) {
            throw new IllegalArgumentException("an image of " + pixels.size(2) + " x " + pixels.size(3)
                    + " pixels is too small for a ConvNeXt; it needs at least " + least + " x " + least);
        }
    }

    /** One layer; frees everything on the way, its input too (what was cut out of it lives on by itself). */
    private static FeatureMap step(FeatureMap x, UnaryOperator<FeatureMap> layer) {
        FeatureMap y = FeatureMap.tidy(() -> layer.apply(x));
        x.rows().close();
        return y;
    }

    private static Tokens features(FeatureMap map) {
        Tensor patches = map.tokens();
        return new Tokens(
                patches.mean(false, 1), patches.narrow(1, 0, 0), patches, (int) map.height(), (int) map.width());
    }

    /** The map at the resolution of a patch model; the mean is left as it is. */
    private Tokens resized(Tokens x, Tensor pixels) {
        if (config.mapPatch().isEmpty()) {
            return x;
        }
        int height = (int) pixels.size(2) / config.mapPatch().getAsInt();
        int width = (int) pixels.size(3) / config.mapPatch().getAsInt();
        Tensor patches = x.map().bilinear(height, width, true).flatten(2, 3).transpose(1, 2);
        return new Tokens(x.cls(), x.registers(), patches, height, width);
    }

    private Tokens normed(Tokens x) {
        return new Tokens(norm.forward(x.cls()), x.registers(), norm.forward(x.patches()), x.height(), x.width());
    }

    /** The first layer: 4 x 4 pixels of the image become one of the map, and a norm. */
    private record Stem(PatchProjection conv, LayerNorm norm) {
        static Stem of(Parameters p, ConvNextConfig c) {
            Parameters at = p.at("downsample_layers").at(0);
            int dim = c.dims().get(0);
            int channels = c.depthBranch() ? 3 : c.inChannels();
            PatchProjection conv = at.patches("0", new Squares(channels, dim, 4, WEIGHT, Init.ZERO));
            return new Stem(
                    c.depthBranch() ? new DepthBranch(conv, p, dim, 4) : conv, new LayerNorm(at.at(1), EPS, dim));
        }

        FeatureMap forward(Tensor pixels) {
            return conv.forward(pixels, norm::forward);
        }
    }

    /** Between two stages: a norm, and 2 x 2 pixels become one. */
    private record Halving(LayerNorm norm, Downsampling conv) {
        static Halving of(Parameters p, int in, int dim) {
            LayerNorm norm = new LayerNorm(p.at(0), EPS, in);
            return new Halving(norm, p.downsampling("1", new Squares(in, dim, 2, WEIGHT, Init.ZERO)));
        }

        FeatureMap forward(FeatureMap x) {
            return conv.forward(x, norm::forward);
        }
    }

    /** Depthwise 7x7 convolution, norm and a two-layer network on each pixel, as a residual. */
    private static final class Block {
        private final Depthwise dwconv;
        private final LayerNorm norm;
        private final Linear pwconv1;
        private final Linear pwconv2;

        Block(Parameters p, int dim, boolean layerScale) {
            dwconv = p.depthwise("dwconv", dim, 7);
            norm = new LayerNorm(p.at("norm"), EPS, dim);
            pwconv1 = p.linear("pwconv1", dim, 4 * dim, Bias.FULL);
            Optional<LayerScale> scale = layerScale ? Optional.of(new LayerScale(p, dim, 1e-6)) : Optional.empty();
            pwconv2 = p.linear("pwconv2", 4 * dim, dim, Bias.FULL, scale);
        }

        FeatureMap forward(FeatureMap x) {
            return x.with(dwconv.forward(
                    x, (y, rows) -> pwconv2.forwardAdd(pwconv1.forward(norm.forward(y), Activation.GELU), rows)));
        }
    }
}
