package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;

/** How positions turn queries and keys in attention. */
public interface Rotary {
    /** Leaves them as they are: models whose positions are added to the tokens. */
    Rotary NONE = x -> x;

    /** Turns q or k [B, heads, N, d]. */
    Tensor rotate(Tensor x);

    /**
     * Turns the patch tokens, which stand last: with the halves a, b of a head, (a, b) becomes (a cos - b sin,
     * b cos + a sin). The arithmetic is done in the tables' type.
     *
     * @param cos [P, d/2], {@code sin} alike, P patches
     */
    record Table(Tensor cos, Tensor sin) implements Rotary {
        @Override
        public Tensor rotate(Tensor x) {
            long patches = cos.size(0);
            long prefix = x.size(2) - patches;
            long half = x.size(3) / 2;
            Tensor whole = x.to(cos.dtype()); // the tokens in front are rounded too, though they do not turn
            Tensor tail = whole.narrow(2, prefix, patches);
            Tensor a = tail.narrow(3, 0, half);
            Tensor b = tail.narrow(3, half, half);
            Tensor turned = Tensor.cat(3, a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin)));
            return Tensor.cat(2, whole.narrow(2, 0, prefix), turned).to(x.dtype());
        }
    }
}
