package io.github.dino4j.depth;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.ConvTranspose2d;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Reassemble (DPT, arXiv:2103.13413, "Convolutional decoder"): tokens of one layer become a map at 4, 2, 1 or 1/2 times
 * the patch grid.
 *
 * <p>Weights, i the level: {@code readout_projects.i.0}, linear 2C to C; {@code batchnorm_layers.i}; {@code
 * projects.i.conv}, 1x1; {@code resize_layers.i}, transposed 4x4 or 2x2, nothing, or 3x3 with stride 2.
 */
final class Reassemble {
    private final Function<Tokens, Tensor> readout;
    private final UnaryOperator<Tensor> norm;
    private final Conv2d project;
    private final UnaryOperator<Tensor> resize;

    Reassemble(Parameters p, DptConfig c, int level) {
        int width = c.widths().get(level);
        int out = c.processed().get(level);
        readout = switch (c.readout()) {
            case IGNORE -> Tokens::patches;
            case ADD -> tokens -> tokens.patches().add(tokens.cls().unsqueeze(1));
            case PROJECT -> new Projection(p.at("readout_projects").at(level).at(0), width)::forward;
        };
        norm = c.norm() == HeadNorm.BATCH
                ? new BatchNorm(p.at("batchnorm_layers").at(level), width)::forward
                : map -> map;
        project = new Conv2d(p.at("projects").at(level).at("conv"), new Conv2d.Shape(width, out, 1, Bias.FULL));
        Parameters at = p.at("resize_layers").at(level);
        resize = switch (level) {
            case 0 -> new ConvTranspose2d(at, out, out, 4)::forward;
            case 1 -> new ConvTranspose2d(at, out, out, 2)::forward;
            case 2 -> map -> map;
            default ->
                new Conv2d(
                        at, new Conv2d.Shape(out, out, 3, Bias.FULL).stride(2).padding(1))::forward;
        };
    }

    /** The map [B, p_i, h', w'] of one layer. On odd grids the coarsest is rounded up. */
    Tensor forward(Tokens tokens) {
        Tensor patches = readout.apply(tokens);
        Tensor map = new Tokens(tokens.cls(), tokens.registers(), patches, tokens.height(), tokens.width()).map();
        return resize.apply(project.forward(norm.apply(map))).channelsLast();
    }

    /**
     * GELU(W [patch, class] + b). W is cut in two: its half for the class token meets one token an image, not one a patch.
     *
     * <p>Weights: {@code weight} [C, 2C], {@code bias} [C].
     */
    private static final class Projection {
        private final Tensor weight;
        private final Tensor bias;
        private final int dim;

        Projection(Parameters p, int dim) {
            Init init = Init.uniform(1 / Math.sqrt(2.0 * dim));
            weight = p.tensor("weight", init, dim, 2L * dim);
            bias = p.tensor("bias", init, dim);
            this.dim = dim;
        }

        Tensor forward(Tokens tokens) {
            Tensor ofClass = tokens.cls().linear(weight.narrow(1, dim, dim), bias);
            return tokens.patches()
                    .linear(weight.narrow(1, 0, dim), null)
                    .add(ofClass.unsqueeze(1))
                    .gelu();
        }
    }
}
