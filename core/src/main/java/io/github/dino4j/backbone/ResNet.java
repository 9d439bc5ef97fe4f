package io.github.dino4j.backbone;

import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ResNet with bottleneck blocks (arXiv:1512.03385), DINOv1's ResNet-50. Its class token is the mean over the last map
 * [B, 2048, H/32, W/32], its patch tokens are that map; there is no final norm.
 */
final class ResNet implements Backbone {
    private final ResNetConfig config;
    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final List<List<Bottleneck>> stages = new ArrayList<>();

    ResNet(Parameters p, ResNetConfig c) {
        config = c;
        conv1 = new Conv2d(
                p.at("conv1"),
                new Conv2d.Shape(c.inChannels(), 64, 7, Bias.NONE).stride(2).padding(3));
        bn1 = new BatchNorm(p.at("bn1"), 64);
        int in = 64;
        for (int stage = 0; stage < 4; stage++) {
            int width = 64 << stage;
            List<Bottleneck> blocks = new ArrayList<>();
            for (int i = 0; i < c.blocks().get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                blocks.add(new Bottleneck(p.at("layer" + (stage + 1)).at(i), in, width, stride));
                in = 4 * width;
            }
            stages.add(blocks);
        }
    }

    @Override
    public ResNetConfig config() {
        return config;
    }

    @Override
    public List<Encoding> forward(List<Images> sets) {
        return Backbone.each(sets, pixels -> {
            Tokens last = intermediate(pixels, Layers.last(1), true).get(0);
            return new Encoding(last, last);
        });
    }

    @Override
    public List<Tokens> intermediate(Tensor pixels, Layers layers, boolean norm) {
        int[] wanted = layers.indices(4);
        try (Scope scope = Scope.open()) {
            Tensor x = bn1.forward(conv1.forward(pixels.channelsLast())).relu().maxPool2d(3, 2, 1);
            Trace.stage("conv1", x);
            List<Tokens> result = new ArrayList<>();
            for (int stage = 0; stage <= wanted[wanted.length - 1]; stage++) {
                for (Bottleneck block : stages.get(stage)) {
                    Tensor input = x;
                    x = Scope.tidy(() -> block.forward(input));
                }
                Trace.stage("layer" + (stage + 1), x);
                if (java.util.Arrays.binarySearch(wanted, stage) >= 0) {
                    result.add(features(x).keep(scope));
                }
            }
            return result;
        }
    }

    @Override
    public List<Tensor> attention(Tensor pixels, Layers layers) {
        throw new UnsupportedOperationException("a ResNet has no attention; vision transformers do");
    }

    private static Tokens features(Tensor map) {
        Tensor patches = map.flatten(2, 3).transpose(1, 2);
        return new Tokens(
                map.mean(false, 2, 3), patches.narrow(1, 0, 0), patches, (int) map.size(2), (int) map.size(3));
    }

    /** 1x1, 3x3 and 1x1 convolutions as a residual. */
    private static final class Bottleneck {
        private final Conv2d conv1;
        private final BatchNorm bn1;
        private final Conv2d conv2;
        private final BatchNorm bn2;
        private final Conv2d conv3;
        private final BatchNorm bn3;
        private final Optional<Projection> downsample;

        private record Projection(Conv2d conv, BatchNorm norm) {}

        Bottleneck(Parameters p, int in, int width, int stride) {
            conv1 = new Conv2d(p.at("conv1"), new Conv2d.Shape(in, width, 1, Bias.NONE));
            bn1 = new BatchNorm(p.at("bn1"), width);
            conv2 = new Conv2d(
                    p.at("conv2"),
                    new Conv2d.Shape(width, width, 3, Bias.NONE).stride(stride).padding(1));
            bn2 = new BatchNorm(p.at("bn2"), width);
            conv3 = new Conv2d(p.at("conv3"), new Conv2d.Shape(width, 4 * width, 1, Bias.NONE));
            bn3 = new BatchNorm(p.at("bn3"), 4 * width);
            Parameters down = p.at("downsample");
            downsample = in == 4 * width
                    ? Optional.empty()
                    : Optional.of(new Projection(
                            new Conv2d(down.at(0), new Conv2d.Shape(in, 4 * width, 1, Bias.NONE).stride(stride)),
                            new BatchNorm(down.at(1), 4 * width)));
        }

        Tensor forward(Tensor x) {
            Tensor y = bn1.forward(conv1.forward(x)).relu();
            y = bn2.forward(conv2.forward(y)).relu();
            y = bn3.forward(conv3.forward(y));
            Tensor identity = downsample.isPresent()
                    ? downsample.get().norm.forward(downsample.get().conv.forward(x))
                    : x;
            return y.add(identity).relu();
        }
    }
}
