package io.github.dino4j.ssl;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The projection head on class or patch tokens (DINO, arXiv:2104.14294, appendix C): linear layers with GELU between, L2
 * normalisation of the last one's output, the "bottleneck", and its products with K prototypes.
 *
 * <p>Weights: {@code mlp.0}, {@code mlp.2}, ... as PyTorch counts them in a sequence, {@code mlp} where there is one layer;
 * {@code last_layer.weight} [K, bottleneck], or weight-normed {@code last_layer.weight_v} with {@code weight_g} [K, 1].
 */
public final class DinoHead {
    private static final double EPS = 1e-12;

    private final List<Linear> layers = new ArrayList<>();
    private final List<BatchNorm> norms = new ArrayList<>();
    private final Prototypes prototypes;

    /** The layer from the bottleneck to K scores. */
    private interface Prototypes {
        Tensor scores(Tensor bottleneck);
    }

    /** How the prototypes' weights are kept. */
    public enum LastLayer {
        /** w = g v / |v| a row, g = 1 and fixed (DINOv1's default): scores are cosines. */
        UNIT_ROWS,
        /** The same with a g that learns (DINOv2). */
        WEIGHT_NORM,
        /** Plain weights (DINOv3). */
        PLAIN
    }

    /**
     * Shape of a head.
     *
     * @param in width of the tokens
     * @param prototypes K
     * @param hidden width between the layers
     * @param layers before the prototypes, 1 or more
     * @param batchNorm before each GELU
     */
    public record Config(
            int in, int prototypes, int hidden, int bottleneck, int layers, boolean batchNorm, LastLayer lastLayer) {
        public Config {
            if (in < 1 || prototypes < 2 || hidden < 1 || bottleneck < 1 || layers < 1) {
                throw new IllegalArgumentException("a DINO head needs positive widths, a layer and two prototypes, not"
                        + " in " + in + ", hidden " + hidden + ", bottleneck " + bottleneck + ", layers " + layers
                        + ", prototypes " + prototypes);
            }
        }
    }

    public DinoHead(Parameters p, Config c) {
        int index = 0; // in PyTorch's sequence of layers, norms and GELUs
        for (int i = 0; i < c.layers(); i++) {
            int from = i == 0 ? c.in() : c.hidden();
            int to = i == c.layers() - 1 ? c.bottleneck() : c.hidden();
            layers.add(p.linear(c.layers() == 1 ? "mlp" : "mlp." + index, from, to, Bias.FULL));
            boolean last = i == c.layers() - 1;
            if (c.batchNorm() && !last) {
                norms.add(new BatchNorm(p.at("mlp").at(index + 1), to));
            }
            index += c.batchNorm() ? 3 : 2;
        }
        prototypes = prototypes(p, c);
    }

    private static Prototypes prototypes(Parameters p, Config c) {
        int k = c.prototypes();
        int width = c.bottleneck();
        if (c.lastLayer() == LastLayer.PLAIN) {
            return p.linear("last_layer", width, k, Bias.NONE)::forward;
        }
        Parameters last = p.at("last_layer");
        Tensor g = c.lastLayer() == LastLayer.UNIT_ROWS
                ? last.buffer("weight_g", Init.ONE, k, 1)
                : last.tensor("weight_g", Init.ONE, k, 1);
        Tensor v = last.tensor("weight_v", Init.uniform(1 / Math.sqrt(width)), k, width);
        return z -> {
            Tensor length = v.square().sum(true, 1).sqrt();
            return z.linear(v.mul(g.div(length)), null);
        };
    }

    /** Tokens [..., in] to scores [..., K], before any temperature. */
    public Tensor forward(Tensor tokens) {
        return scores(bottleneck(tokens));
    }

    /** Tokens [..., in] to vectors of length 1 [..., bottleneck]. */
    public Tensor bottleneck(Tensor tokens) {
        Tensor x = tokens;
        for (int i = 0; i < layers.size() - 1; i++) {
            x = norms.isEmpty()
                    ? layers.get(i).forward(x, Activation.GELU)
                    : norms.get(i).forward(layers.get(i).forward(x)).gelu();
        }
        return Vectors.unit(layers.get(layers.size() - 1).forward(x), EPS);
    }

    /** Vectors of {@link #bottleneck} to scores. */
    public Tensor scores(Tensor bottleneck) {
        return prototypes.scores(bottleneck);
    }
}
