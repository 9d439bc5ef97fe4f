package io.github.dino4j.classify;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * A linear layer over the features of a whole image: the published classifiers of DINO (arXiv:2104.14294), DINOv2
 * (arXiv:2304.07193) and DINOv3 (arXiv:2508.10104), and what linear probing learns. They differ in their
 * {@link LinearInput} alone.
 *
 * <p>Weights: {@code linear.weight} [K, width], drawn from a normal of deviation 0.01, and {@code linear.bias} [K], 0.
 */
public final class LinearClassifier {
    private static final double DEVIATION = 0.01;

    private final Config config;
    private final Linear linear;

    /**
     * Shape of a classifier.
     *
     * @param input what is read of the backbone
     * @param width number of values of that input
     * @param classes K
     */
    public record Config(LinearInput input, int width, int classes) {
        public Config {
            if (classes < 1 || width < 1) {
                throw new IllegalArgumentException(
                        "a classifier has at least one class and reads at least one value, found " + classes + " and "
                                + width);
            }
        }
    }

    public LinearClassifier(Parameters p, Config config) {
        this.config = config;
        linear = p.linear("linear", config.width(), config.classes(), Init.normal(DEVIATION), Init.ZERO);
    }

    public Config config() {
        return config;
    }

    /** Logits [B, K] of the tokens that {@link LinearInput#taps} reads. */
    public Tensor forward(List<Tokens> tokens) {
        return logits(config.input().of(tokens));
    }

    /** Logits [B, K] of inputs [B, width]. */
    public Tensor logits(Tensor input) {
        return linear.forward(input);
    }
}
