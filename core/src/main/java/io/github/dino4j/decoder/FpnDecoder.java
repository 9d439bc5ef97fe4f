package io.github.dino4j.decoder;

import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.List;

/**
 * The feature pyramid (arXiv:1612.03144) of dinov3-finetune: four maps become class scores. The last map runs down
 * through five 3x3 convolutions, each followed by batch norm and ReLU; between them the others are added through 1x1
 * convolutions. All resizing is nearest neighbour. As published the last convolution ends in a ReLU too.
 *
 * <p>Weights: {@code conv1} to {@code conv5} ({@code .0} convolution without bias, {@code .1} batch norm), {@code
 * inter_conv1} to {@code inter_conv3}.
 */
public final class FpnDecoder {
    /** Without padding the five convolutions leave 4 n - 24 of a side of n. */
    private static final int LEAST_UNPADDED = 7;

    private final Config config;
    private final List<ConvNorm> convs;
    private final List<Conv2d> lateral;

    /**
     * Shape of the pyramid.
     *
     * @param in channels of each of the four maps
     * @param width channels after the first convolution; the others have a half, a quarter and a sixth of them (128 in the
     *     published files)
     * @param classes K
     * @param padding of the 3x3 convolutions: 0 in the published files, 1 keeps small maps alive
     * @param last how it ends
     */
    public record Config(int in, int width, int classes, int padding, Last last) {
        /** As published: ends in a ReLU. */
        public Config(int in, int width, int classes, int padding) {
            this(in, width, classes, padding, Last.RELU);
        }

        public Config {
            if (in < 1 || width < 6 || classes < 1 || padding < 0 || padding > 1) {
                throw new IllegalArgumentException("an FPN decoder needs channels in (found " + in
                        + "), a width of at least 6 (found " + width + "), classes (found " + classes
                        + ") and a padding of 0 or 1 (found " + padding + ")");
            }
        }
    }

    /** What follows the last convolution and its batch norm. */
    public enum Last {
        /** A ReLU, as in dinov3-finetune: no score is negative. */
        RELU,
        /** Nothing: scores of either sign, which a single class needs. */
        LOGITS
    }

    public FpnDecoder(Parameters p, Config config) {
        this.config = config;
        int half = config.width / 2;
        int quarter = config.width / 4;
        int sixth = config.width / 6;
        convs = List.of(
                new ConvNorm(p.at("conv1"), config.in, config.width),
                new ConvNorm(p.at("conv2"), config.width, half),
                new ConvNorm(p.at("conv3"), half, quarter),
                new ConvNorm(p.at("conv4"), quarter, sixth),
                new ConvNorm(p.at("conv5"), sixth, config.classes));
        lateral = List.of(
                new Conv2d(p.at("inter_conv1"), new Conv2d.Shape(config.in, half, 1, Bias.FULL)),
                new Conv2d(p.at("inter_conv2"), new Conv2d.Shape(config.in, quarter, 1, Bias.FULL)),
                new Conv2d(p.at("inter_conv3"), new Conv2d.Shape(config.in, sixth, 1, Bias.FULL)));
    }

    public Config config() {
        return config;
    }

    /**
     * Scores [B, K, h, w], about four times as fine as the last map.
     *
     * @param maps four maps [B, C, h, w] of any sizes; the last is the start, the first joins first
     * @throws IllegalArgumentException if there are not four, or the last is too small to be convolved without padding
     */
    public Tensor forward(List<Tensor> maps) {
        if (maps.size() != 4) {
            throw new IllegalArgumentException("an FPN decoder joins 4 maps, not " + maps.size());
        }
        Tensor start = maps.get(3);
        if (config.padding == 0 && Math.min(start.size(2), start.size(3)) < LEAST_UNPADDED) {
            throw new IllegalArgumentException("the unpadded FPN decoder needs a grid of at least 7 x 7 patches, this"
                    + " image gives " + start.size(2) + " x " + start.size(3) + "; take a larger image");
        }
        Tensor x = step(1, step(0, start));
        x = step(2, joined(0, twice(x), maps.get(0)));
        x = step(3, joined(1, twice(x), maps.get(1)));
        x = convs.get(4).convolved(joined(2, x, maps.get(2)));
        Tensor scores = config.last == Last.RELU ? x.relu() : x;
        Trace.stage("conv5", scores);
        return scores;
    }

    private Tensor step(int i, Tensor x) {
        Tensor y = Scope.tidy(() -> convs.get(i).convolved(x).relu());
        Trace.stage("conv" + (i + 1), y);
        return y;
    }

    private static Tensor twice(Tensor x) {
        return x.nearest(2 * x.size(2), 2 * x.size(3));
    }

    private Tensor joined(int i, Tensor x, Tensor map) {
        Trace.stage("upsample", x);
        // Nearest neighbours and a 1x1 convolution commute: the smaller map is convolved.
        Tensor side = map.size(2) * map.size(3) > x.size(2) * x.size(3)
                ? lateral.get(i).forward(map.nearest(x.size(2), x.size(3)))
                : lateral.get(i).forward(map).nearest(x.size(2), x.size(3));
        Trace.stage("inter_conv" + (i + 1), side);
        return x.add(side);
    }

    private final class ConvNorm {
        private final Conv2d conv;
        private final BatchNorm norm;

        ConvNorm(Parameters p, int in, int out) {
            conv = new Conv2d(p.at(0), new Conv2d.Shape(in, out, 3, Bias.NONE).padding(config.padding));
            norm = new BatchNorm(p.at(1), out);
        }

        Tensor convolved(Tensor x) {
            return norm.forward(conv.forward(x));
        }
    }
}
