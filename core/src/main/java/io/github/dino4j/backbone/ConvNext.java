package io.github.dino4j.backbone;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ConvNeXt (arXiv:2201.03545) as DINOv3 distils it (arXiv:2508.10104). Its class token is the mean over the last map,
 * its patch tokens are that map, both through one final norm; it has no registers.
 */
final class ConvNext implements Backbone {
    private static final double EPS = 1e-6;

    private final ConvNextConfig config;
    private final List<Downsampling> downsamplings = new ArrayList<>();
    private final List<List<Block>> stages = new ArrayList<>();
    private final LayerNorm norm;

    ConvNext(Parameters p, ConvNextConfig c) {
        config = c;
        for (int stage = 0; stage < 4; stage++) {
            downsamplings.add(Downsampling.of(p.at("downsample_layers").at(stage), c, stage));
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
            try (Scope scope = Scope.open()) {
                List<Tensor> maps = maps(pixels);
                Tokens prenorm = features(maps.get(3));
                Encoding encoding = new Encoding(normed(prenorm).keep(scope), prenorm.keep(scope));
                Trace.stage("norm", encoding.normed().patches());
                return encoding;
            }
        });
    }

    @Override
    public List<Tokens> intermediate(Tensor pixels, Layers layers, boolean norm) {
        try (Scope scope = Scope.open()) {
            List<Tensor> maps = maps(pixels);
            List<Tokens> result = new ArrayList<>();
            for (int stage : layers.indices(4)) {
                Tokens features = resized(features(maps.get(stage)), pixels);
                boolean last = stage == 3; // only the last stage has a norm
                result.add((norm && last ? normed(features) : features).keep(scope));
            }
            return result;
        }
    }

    @Override
    public List<Tensor> attention(Tensor pixels, Layers layers) {
        throw new UnsupportedOperationException("a ConvNeXt has no attention; vision transformers do");
    }

    private List<Tensor> maps(Tensor pixels) {
        int least = 32;
        if (pixels.size(2) < least || pixels.size(3) < least) {
            throw new IllegalArgumentException("an image of " + pixels.size(2) + " x " + pixels.size(3)
                    + " pixels is too small for a ConvNeXt; it needs at least " + least + " x " + least);
        }
        List<Tensor> maps = new ArrayList<>();
        Tensor x = pixels;
        for (int stage = 0; stage < 4; stage++) {
            Tensor input = x;
            Downsampling downsampling = downsamplings.get(stage);
            x = Scope.tidy(() -> downsampling.forward(input));
            Trace.stage("downsample_layers." + stage, x);
            for (Block block : stages.get(stage)) {
                Tensor y = x;
                x = Scope.tidy(() -> block.forward(y));
                y.close();
            }
            Trace.stage("stages." + stage, x);
            maps.add(x);
        }
        return maps;
    }

    private static Tokens features(Tensor map) {
        Tensor patches = map.flatten(2, 3).transpose(1, 2);
        return new Tokens(
                map.mean(false, 2, 3), patches.narrow(1, 0, 0), patches, (int) map.size(2), (int) map.size(3));
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

    /** Halves the sides (a quarter at the start), with a norm on the way. */
    private record Downsampling(Conv2d conv, LayerNorm norm, boolean normFirst) {
        static Downsampling of(Parameters p, ConvNextConfig c, int stage) {
            Init init = Init.truncatedNormal(0.02);
            if (stage == 0) {
                Conv2d.Shape stem = new Conv2d.Shape(c.inChannels(), c.dims().get(0), 4, Bias.FULL).stride(4);
                return new Downsampling(
                        new Conv2d(p.at(0), stem, init, Init.ZERO),
                        new LayerNorm(p.at(1), EPS, c.dims().get(0)),
                        false);
            }
            int in = c.dims().get(stage - 1);
            Conv2d.Shape half = new Conv2d.Shape(in, c.dims().get(stage), 2, Bias.FULL).stride(2);
            LayerNorm norm = new LayerNorm(p.at(0), EPS, in);
            return new Downsampling(new Conv2d(p.at(1), half, init, Init.ZERO), norm, true);
        }

        Tensor forward(Tensor x) {
            return normFirst ? conv.forward(norm.forwardMap(x)) : norm.forwardMap(conv.forward(x));
        }
    }

    /** Depthwise 7x7 convolution, norm and a two-layer network on each pixel, as a residual. */
    private static final class Block {
        private final Conv2d dwconv;
        private final LayerNorm norm;
        private final Linear pwconv1;
        private final Linear pwconv2;
        private final Optional<Tensor> gamma;

        Block(Parameters p, int dim, boolean layerScale) {
            dwconv = new Conv2d(
                    p.at("dwconv"),
                    new Conv2d.Shape(dim, dim, 7, Bias.FULL).padding(3).groups(dim),
                    Init.truncatedNormal(0.02),
                    Init.ZERO);
            norm = new LayerNorm(p.at("norm"), EPS, dim);
            pwconv1 = p.linear("pwconv1", dim, 4 * dim, Bias.FULL);
            pwconv2 = p.linear("pwconv2", 4 * dim, dim, Bias.FULL);
            gamma = layerScale ? Optional.of(p.tensor("gamma", Init.constant(1e-6), dim)) : Optional.empty();
        }

        Tensor forward(Tensor x) {
            Tensor pixels = dwconv.forward(x).permute(0, 2, 3, 1);
            Tensor y = pwconv2.forward(pwconv1.forward(norm.forward(pixels), Activation.GELU));
            return x.add((gamma.isPresent() ? y.mul(gamma.get()) : y).permute(0, 3, 1, 2));
        }
    }
}
