package io.github.dino4j.train;

import java.util.List;

/** Which optimiser a run takes, as a value that is printed into its folder. */
public sealed interface OptimizerSpec {
    /** AdamW with PyTorch's defaults: 0.9, 0.999, 1e-8. */
    OptimizerSpec ADAMW = new AdamW(0.9, 0.999, 1e-8);

    /** Makes the optimiser with its state. */
    Optimizer build(List<ParameterGroup> groups);

    /** beta1 or momentum of steps whose schedule says nothing else. */
    double momentum();

    /**
     * AdamW (arXiv:1711.05101).
     *
     * @param beta1 of the mean of gradients; a schedule may change it
     * @param beta2 of their squares
     */
    record AdamW(double beta1, double beta2, double eps) implements OptimizerSpec {
        public AdamW {
            requireBelowOne("beta1", beta1);
            requireBelowOne("beta2", beta2);
            if (!(eps > 0)) {
                throw new IllegalArgumentException("eps must be positive, not " + eps);
            }
        }

        @Override
        public Optimizer build(List<ParameterGroup> groups) {
            return new io.github.dino4j.train.AdamW(groups, beta2, eps);
        }

        @Override
        public double momentum() {
            return beta1;
        }
    }

    /** Gradient descent with momentum; a schedule may change it. */
    record Sgd(double momentum) implements OptimizerSpec {
        public Sgd {
            requireBelowOne("momentum", momentum);
        }

        @Override
        public Optimizer build(List<ParameterGroup> groups) {
            return new io.github.dino4j.train.Sgd(groups);
        }
    }

    private static void requireBelowOne(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must lie in [0, 1), not " + value);
        }
    }
}
