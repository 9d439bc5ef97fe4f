package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/** A built {@link Ffn}: maps x [..., C] to [..., C]. */
public sealed interface FeedForward {
    default Tensor forward(Tensor x) {
        return last().forward(hidden(x));
    }

    /** residual + the same. */
    default Tensor forwardAdd(Tensor x, Tensor residual) {
        return last().forwardAdd(hidden(x), residual);
    }

    /** What the last layer reads. */
    Tensor hidden(Tensor x);

    Linear last();

    /** Builds the network whose weights stand at {@code p}. */
    static FeedForward of(Parameters p, Ffn ffn, int dim) {
        return of(p, ffn, dim, Optional.empty());
    }

    /** The same followed by a LayerScale where given. */
    static FeedForward of(Parameters p, Ffn ffn, int dim, Optional<LayerScale> scale) {
        Bias bias = Bias.of(ffn.bias());
        if (ffn instanceof Ffn.SwiGlu) {
            return new SwiGlu(
                    p.linear("w1", dim, ffn.hidden(), bias),
                    p.linear("w2", dim, ffn.hidden(), bias),
                    p.linear("w3", ffn.hidden(), dim, bias, scale));
        }
        if (ffn instanceof Ffn.PackedSwiGlu) {
            return new PackedSwiGlu(
                    p.linear("w12", dim, 2 * ffn.hidden(), bias),
                    p.linear("w3", ffn.hidden(), dim, bias, scale),
                    ffn.hidden());
        }
        return new Mlp(p.linear("fc1", dim, ffn.hidden(), bias), p.linear("fc2", ffn.hidden(), dim, bias, scale));
    }

    /** W2 GELU(W1 x). */
    record Mlp(Linear fc1, Linear fc2) implements FeedForward {
        @Override
        public Tensor hidden(Tensor x) {
            return fc1.forward(x, Activation.GELU);
        }

        @Override
        public Linear last() {
            return fc2;
        }
    }

    /** W3 (SiLU(W1 x) * W2 x). */
    record SwiGlu(Linear w1, Linear w2, Linear w3) implements FeedForward {
        @Override
        public Tensor hidden(Tensor x) {
            return w1.forward(x, Activation.SILU).mul(w2.forward(x));
        }

        @Override
        public Linear last() {
            return w3;
        }
    }

    /** The same from one product: its first half is the gate. */
    record PackedSwiGlu(Linear w12, Linear w3, int hidden) implements FeedForward {
        @Override
        public Tensor hidden(Tensor x) {
            Tensor both = w12.forward(x);
            return both.narrow(-1, 0, hidden).silu().mul(both.narrow(-1, hidden, hidden));
        }

        @Override
        public Linear last() {
            return w3;
        }
    }
}
