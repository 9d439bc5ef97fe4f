package io.github.dino4j.segment;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The linear segmentation head of DINOv2's hub (arXiv:2304.07193, "Dense recognition tasks"): "linear" reads the last
 * layer, "ms" the last four. Batch norm and a 1x1 convolution over the normed maps.
 *
 * <p>Weights: {@code bn}, {@code conv_seg.weight} [K, C, 1, 1], {@code conv_seg.bias} [K].
 */
public final class HubSegmenter implements LogitHead {
    private static final double DEVIATION = 0.01;

    private final Config config;
    private final BatchNorm norm;
    private final Conv2d conv;

    /**
     * Shape of the head.
     *
     * @param layers whose maps it reads
     * @param channels C of all of them together
     * @param classes K
     * @param resizeFactors by which each map is resized first, from 1 on bilinearly, below by the mean over areas; empty in
     *     the published heads
     */
    public record Config(Layers layers, int channels, int classes, List<Double> resizeFactors) {
        public Config {
            resizeFactors = List.copyOf(resizeFactors);
            if (channels < 1 || classes < 1 || resizeFactors.stream().anyMatch(f -> !(f > 0))) {
                throw new IllegalArgumentException("a linear segmentation head needs channels, classes and positive"
                        + " resize factors, not " + channels + ", " + classes + " and " + resizeFactors);
            }
        }

        /** Without resize factors. */
        public Config(Layers layers, int channels, int classes) {
            this(layers, channels, classes, List.of());
        }
    }

    public HubSegmenter(Parameters p, Config config) {
        this.config = config;
        norm = new BatchNorm(p.at("bn"), config.channels);
        conv = new Conv2d(
                p.at("conv_seg"),
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
    public Tensor logits(List<Tokens> taps) {
        if (!config.resizeFactors.isEmpty() && config.resizeFactors.size() != taps.size()) {
            throw new IllegalArgumentException("the head has " + config.resizeFactors.size() + " resize factors for "
                    + taps.size() + " maps; give one a map");
        }
        List<Tensor> maps = new ArrayList<>();
        for (int i = 0; i < taps.size(); i++) {
            Tensor map = taps.get(i).map();
            maps.add(config.resizeFactors.isEmpty() ? map : scaled(map, config.resizeFactors.get(i)));
        }
        return conv.forward(norm.forward(Maps.stacked(maps)));
    }

    /** The stacked maps of patches of 14 pixels or more, resized as the first of them, and their norm. */
    @Override
    public long bytes(int height, int width) {
        double factor = config.resizeFactors.isEmpty() ? 1 : config.resizeFactors.get(0);
        return (long) (factor * factor * Maps.stackedBytes(config.channels, config.classes, height, width));
    }

    private static Tensor scaled(Tensor map, double factor) {
        return factor >= 1
                ? map.bilinearByScale(factor)
                : map.area((long) Math.floor(map.size(2) * factor), (long) Math.floor(map.size(3) * factor));
    }
}
