package io.github.dino4j.depth;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * Fusion block (DPT, arXiv:2103.13413, "Convolutional decoder"): adds a finer map to what comes from below, refines, and
 * doubles the resolution.
 *
 * <p>Weights: {@code res_conv_unit1} (not in the deepest block, which has nothing to add), {@code res_conv_unit2}, {@code
 * project.conv}, 1x1.
 */
final class FeatureFusion {
    private final Optional<ResidualConvUnit> ofSkip;
    private final ResidualConvUnit ofSum;
    private final Conv2d project;

    FeatureFusion(Parameters p, DptConfig c, boolean deepest) {
        ofSkip = deepest
                ? Optional.empty()
                : Optional.of(new ResidualConvUnit(p.at("res_conv_unit1"), c.channels(), c.unitBias()));
        ofSum = new ResidualConvUnit(p.at("res_conv_unit2"), c.channels(), c.unitBias());
        project = new Conv2d(p.at("project").at("conv"), new Conv2d.Shape(c.channels(), c.channels(), 1, Bias.FULL));
    }

    /** The deepest block: x [B, C, h, w] to [B, C, 2h, 2w]. */
    Tensor forward(Tensor x) {
        Tensor refined = ofSum.forward(x);
        // A 1x1 convolution and a resize commute: before the resize it meets a quarter of the pixels.
        return project.forward(refined).bilinearAligned(2 * x.size(2), 2 * x.size(3));
    }

    /** The same after adding {@code skip} [B, C, ...], which is resized to x where an odd grid made them differ. */
    Tensor forward(Tensor x, Tensor skip) {
        boolean same = skip.size(2) == x.size(2) && skip.size(3) == x.size(3);
        Tensor fitting = same ? skip : skip.bilinear(x.size(2), x.size(3), false);
        return forward(x.add(ofSkip.orElseThrow().forward(fitting)));
    }
}
