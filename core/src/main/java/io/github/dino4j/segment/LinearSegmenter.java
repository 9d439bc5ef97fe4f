package io.github.dino4j.segment;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.OptionalInt;

/**
 * DINOv3's linear segmentation head (arXiv:2508.10104, "Dense linear probing"): batch norm and a 1x1 convolution over the
 * normed maps of one layer, or of several stacked. A learning view drops a tenth of the channels.
 *
 * <p>Weights: {@code batchnorm_layer}, {@code conv.weight} [K, C, 1, 1], {@code conv.bias} [K].
 */
public final class LinearSegmenter implements LogitHead {
    private static final double DROPOUT = 0.1;
    private static final double DEVIATION = 0.01;

    private final Config config;
    private final boolean learning;
    private final BatchNorm norm;
    private final Conv2d conv;

    /**
     * Shape of the head.
     *
     * @param layers whose maps it reads
     * @param channels C of all of them together, class tokens included
     * @param classToken whether each map has its class token behind it, the same at every place
     * @param classes K
     */
    public record Config(Layers layers, int channels, boolean classToken, int classes) {
        public Config {
            if (channels < 1 || classes < 1) {
                throw new IllegalArgumentException(
                        "a linear segmentation head needs channels and classes, not " + channels + " and " + classes);
            }
        }

        /** Over these layers of a backbone, without class tokens. */
        public static Config of(BackboneConfig backbone, Layers layers, int classes) {
            return new Config(layers, width(backbone, layers), false, classes);
        }

        /** The same with the class token behind each map. */
        public Config withClassToken() {
            return classToken ? this : new Config(layers, 2 * channels, true, classes);
        }

        private static int width(BackboneConfig backbone, Layers layers) {
            return new Taps(layers, true)
                    .widths(backbone).stream().mapToInt(w -> w).sum();
        }
    }

    public LinearSegmenter(Parameters p, Config config) {
        this.config = config;
        learning = p.isLearning();
        norm = new BatchNorm(p.at("batchnorm_layer"), config.channels);
        conv = new Conv2d(
                p.at("conv"),
                new Conv2d.Shape(config.channels, config.classes, 1, Bias.FULL),
                Init.normal(DEVIATION),
                Init.ZERO);
    }

    public Config config() {
        return config;
    }

    @Override
    public Taps taps() {
        return new Taps(config.layers, true);
    }

    @Override
    public OptionalInt channels() {
        return OptionalInt.of(config.channels);
    }

    @Override
    public int classes() {
        return config.classes;
    }

    @Override
    public boolean readsClassToken() {
        return config.classToken;
    }

    @Override
    public Tensor logits(List<Tokens> taps) {
        Tensor x = Maps.stacked(taps.stream().map(this::map).toList());
        return conv.forward(norm.forward(learning ? dropped(x) : x));
    }

    /** The stacked maps of patches of 14 pixels or more, and their norm. */
    @Override
    public long bytes(int height, int width) {
        return Maps.stackedBytes(config.channels, config.classes, height, width);
    }

    private Tensor map(Tokens tokens) {
        Tensor map = tokens.map();
        if (!config.classToken) {
            return map;
        }
        Tensor cls = tokens.cls().unsqueeze(2).unsqueeze(3);
        return Tensor.cat(1, map, cls.expand(cls.size(0), cls.size(1), map.size(2), map.size(3)));
    }

    /** Whole channels at a time, since neighbouring pixels of one say the same (dropout 2d). */
    private static Tensor dropped(Tensor x) {
        return x.mul(Tensor.full(1, DType.F32, Device.CPU, x.size(0), x.size(1), 1, 1)
                .dropout(DROPOUT));
    }
}
