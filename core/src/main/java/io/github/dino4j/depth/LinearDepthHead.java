package io.github.dino4j.depth;

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
import java.util.Optional;

/**
 * Linear depth head (DINOv2, arXiv:2304.07193, "Depth estimation"; DINOv3, arXiv:2508.10104): the channels of one or
 * several layers, of each patch by itself, times a matrix. DINOv2's heads enlarge the grid four times, DINOv3's do not.
 *
 * <p>Weights: {@code batchnorm_layer} if the channels are normalised, {@code conv_depth}, 1x1.
 */
public final class LinearDepthHead implements DepthHead {
    private final LinearDepthConfig config;
    private final FeaturesToDepth values;
    private final Taps taps;
    private final Optional<BatchNorm> norm;
    private final Conv2d conv;

    public LinearDepthHead(Parameters p, LinearDepthConfig c, FeaturesToDepth values, Taps taps) {
        this.config = c;
        this.values = values;
        this.taps = taps;
        norm = c.norm() == HeadNorm.BATCH
                ? Optional.of(new BatchNorm(p.at("batchnorm_layer"), c.channels()))
                : Optional.empty();
        Conv2d.Shape shape = new Conv2d.Shape(c.channels(), c.outputs(), 1, Bias.FULL);
        conv = new Conv2d(p.at("conv_depth"), shape, Init.normal(0.01), Init.ZERO);
    }

    public LinearDepthConfig config() {
        return config;
    }

    @Override
    public Taps taps() {
        return taps;
    }

    @Override
    public List<Integer> widths() {
        return config.widths();
    }

    @Override
    public FeaturesToDepth values() {
        return values;
    }

    @Override
    public Tensor forward(Tensor pixels, List<Tokens> taps) {
        return values.forward(logits(taps));
    }

    @Override
    public Tensor logits(List<Tokens> taps) {
        if (taps.size() != config.widths().size()) {
            throw new IllegalArgumentException(
                    "this linear depth head reads " + config.widths().size() + " layers, given are " + taps.size());
        }
        long height = taps.get(0).height();
        long width = taps.get(0).width();
        List<Tensor> maps = new ArrayList<>();
        for (Tokens layer : taps) {
            Tensor map = layer.map();
            boolean same = map.size(2) == height && map.size(3) == width;
            maps.add(same ? map : map.bilinear(height, width, false));
            if (config.classToken() == ClassToken.APPENDED) {
                maps.add(layer.cls().unsqueeze(-1).unsqueeze(-1).expand(-1, -1, height, width));
            }
        }
        Tensor joined = Tensor.cat(1, maps);
        Tensor x = conv.forward(norm.map(n -> n.forward(joined)).orElse(joined));
        // The official head enlarges its input; enlarging and a 1x1 convolution commute, and this order has 1/16 the
        // work.
        return config.upsampling() == 1
                ? x
                : x.bilinear(height * config.upsampling(), width * config.upsampling(), false);
    }

    @Override
    public long bytes(int rows, int columns) {
        long enlarged = (long) config.upsampling() * config.upsampling();
        return Float.BYTES * ((long) rows * columns * (2L * config.channels() + 2 * enlarged * config.outputs()));
    }
}
