package io.github.dino4j.depth;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/**
 * Residual convolutional unit (RefineNet, arXiv:1611.06612, as DPT uses it): x + conv2(relu(conv1(relu(x)))).
 *
 * <p>Weights: {@code conv1.conv}, {@code conv2.conv}, 3x3.
 */
final class ResidualConvUnit {
    private final Conv2d conv1;
    private final Conv2d conv2;

    ResidualConvUnit(Parameters p, int channels, Bias bias) {
        Conv2d.Shape shape = new Conv2d.Shape(channels, channels, 3, bias).padding(1);
        conv1 = new Conv2d(p.at("conv1").at("conv"), shape);
        conv2 = new Conv2d(p.at("conv2").at("conv"), shape);
    }

    /** Refines x [B, C, h, w]; what is added is x before its ReLU. */
    Tensor forward(Tensor x) {
        return Scope.tidy(() -> x.add(conv2.forward(conv1.forward(x.relu()).relu())));
    }
}
