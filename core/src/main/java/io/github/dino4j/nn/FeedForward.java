package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/** A built {@link Ffn}: maps x [..., C] to [..., C]. */
public sealed interface FeedForward {
    Tensor forward(Tensor x);

    /** Builds the network whose weights stand at {@code p}. */
    static FeedForward of(Parameters p, Ffn ffn, int dim) {
        Bias bias = Bias.of(ffn.bias());
        if (ffn instanceof Ffn.SwiGlu) {
            return new SwiGlu(
                    p.linear("w1", dim, ffn.hidden(), bias),
                    p.linear("w2", dim, ffn.hidden(), bias),
                    p.linear("w3", ffn.hidden(), dim, bias));
        }
        if (ffn instanceof Ffn.PackedSwiGlu) {
            return new PackedSwiGlu(
                    p.linear("w12", dim, 2 * ffn.hidden(), bias),
                    p.linear("w3", ffn.hidden(), dim, bias),
                    ffn.hidden());
        }
        return new Mlp(p.linear("fc1", dim, ffn.hidden(), bias), p.linear("fc2", ffn.hidden(), dim, bias));
    }

    /** W2 GELU(W1 x). */
    record Mlp(Linear fc1, Linear fc2) implements FeedForward {
        @Override
        public Tensor forward(Tensor x) {
            return fc2.forward(fc1.forward(x, Activation.GELU));
        }
    }

    /** W3 (SiLU(W1 x) * W2 x). */
    record SwiGlu(Linear w1, Linear w2, Linear w3) implements FeedForward {
        @Override
        public Tensor forward(Tensor x) {
            return w3.forward(w1.forward(x, Activation.SILU).mul(w2.forward(x)));
        }
    }

    /** The same from one product: its first half is the gate. */
    record PackedSwiGlu(Linear w12, Linear w3, int hidden) implements FeedForward {
        @Override
        public Tensor forward(Tensor x) {
            Tensor both = w12.forward(x);
            return w3.forward(both.narrow(-1, 0, hidden).silu().mul(both.narrow(-1, hidden, hidden)));
        }
    }
}
