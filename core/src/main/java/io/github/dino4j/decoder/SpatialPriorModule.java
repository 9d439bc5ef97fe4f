package io.github.dino4j.decoder;

import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;

/**
 * Spatial prior module (ViT-Adapter, arXiv:2205.08534, section 3.2): a small convolutional network beside the
 * transformer, which keeps the fine detail that patches lose.
 *
 * <p>Weights: {@code stem.{0,1,3,4,6,7}}, {@code conv2..4.{0,1}} (convolution without bias and batch norm), {@code fc1..4}
 * (1x1 convolutions to the transformer's width).
 */
public final class SpatialPriorModule {
    private final ConvBnRelu[] stem;
    private final ConvBnRelu conv2;
    private final ConvBnRelu conv3;
    private final ConvBnRelu conv4;
    private final Conv2d fc1;
    private final Conv2d fc2;
    private final Conv2d fc3;
    private final Conv2d fc4;

    /**
     * @param width of the first convolutions
     * @param dim of the transformer
     */
    public SpatialPriorModule(Parameters p, int width, int dim) {
        Parameters s = p.at("stem");
        stem = new ConvBnRelu[] {
            new ConvBnRelu(s.at(0), s.at(1), 3, width, 2),
            new ConvBnRelu(s.at(3), s.at(4), width, width, 1),
            new ConvBnRelu(s.at(6), s.at(7), width, width, 1)
        };
        conv2 = halving(p.at("conv2"), width, 2 * width);
        conv3 = halving(p.at("conv3"), 2 * width, 4 * width);
        conv4 = halving(p.at("conv4"), 4 * width, 4 * width);
        fc1 = toWidth(p.at("fc1"), width, dim);
        fc2 = toWidth(p.at("fc2"), 2 * width, dim);
        fc3 = toWidth(p.at("fc3"), 4 * width, dim);
        fc4 = toWidth(p.at("fc4"), 4 * width, dim);
    }

    private static ConvBnRelu halving(Parameters p, int in, int out) {
        return new ConvBnRelu(p.at(0), p.at(1), in, out, 2);
    }

    private static Conv2d toWidth(Parameters p, int in, int dim) {
        return new Conv2d(p, new Conv2d.Shape(in, dim, 1, Bias.FULL), ConvBnRelu.init(1, dim), Init.ZERO);
    }

    /** Four maps of an image [B, 3, H, W]; H and W are multiples of 32. */
    public Pyramid forward(Tensor pixels) {
        Tensor c1 = Scope.tidy(() -> {
            Tensor x = pixels.channelsLast();
            for (ConvBnRelu layer : stem) {
                x = layer.forward(x);
            }
            return x.maxPool2d(3, 2, 1);
        });
        Trace.stage("spm.stem", c1);
        Tensor c2 = staged("spm.conv2", conv2.forward(c1));
        Tensor c3 = staged("spm.conv3", conv3.forward(c2));
        Tensor c4 = staged("spm.conv4", conv4.forward(c3));
        return new Pyramid(
                staged("spm.fc1 (c1)", fc1.forward(c1)),
                staged("spm.fc2 (c2)", fc2.forward(c2)),
                staged("spm.fc3 (c3)", fc3.forward(c3)),
                staged("spm.fc4 (c4)", fc4.forward(c4)));
    }

    private static Tensor staged(String name, Tensor output) {
        Trace.stage(name, output);
        return output;
    }

    /** A 3x3 convolution, batch norm and ReLU. */
    private static final class ConvBnRelu {
        private final Conv2d conv;
        private final BatchNorm norm;

        ConvBnRelu(Parameters conv, Parameters norm, int in, int out, int stride) {
            Conv2d.Shape shape =
                    new Conv2d.Shape(in, out, 3, Bias.NONE).stride(stride).padding(1);
            this.conv = new Conv2d(conv, shape, init(3, out), Init.ZERO);
            this.norm = new BatchNorm(norm, out);
        }

        Tensor forward(Tensor x) {
            return Scope.tidy(() -> norm.forward(conv.forward(x)).relu());
        }

        /** Deviation sqrt(2 / fan out). */
        static Init init(int kernel, int out) {
            return Init.normal(Math.sqrt(2.0 / (kernel * kernel * out)));
        }
    }
}
