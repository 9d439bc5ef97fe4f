package io.github.dino4j.nn;

import io.github.dino4j.tensor.PairRotation;
import io.github.dino4j.tensor.Tensor;

/** How positions turn queries and keys in attention. */
public sealed interface Rotary {
    /** Leaves them as they are: models whose positions are added to the tokens. */
    Rotary NONE = new None();

    /** See {@link #NONE}. */
    record None() implements Rotary {}

    /**
     * Turns the patch tokens, which stand last: with the halves a, b of a head, (a, b) becomes (a cos - b sin,
     * b cos + a sin). The arithmetic is done in the tables' type.
     *
     * @param cos [P, d/2], {@code sin} alike, P patches
     */
    record Table(Tensor cos, Tensor sin) implements Rotary {
        /** Turns q or k [B, heads, N, d]. */
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

    /** The same for heads whose channels i and i + d/2 are neighbours: one complex product, in place. */
    record Pairs(PairRotation rotation) implements Rotary {
        static Pairs of(Table table) {
            return new Pairs(new PairRotation(table.cos(), table.sin()));
        }

        /**
         * Turns the patch tokens among some tokens of an image.
         *
         * @param qkv [rows, 3C], of a thread's own
         * @param first the first row's place in the image
         * @param length tokens of the image; patches stand last
         */
        void turn(Tensor qkv, long first, long length) {
            long prefix = length - rotation.positions();
            long from = Math.max(first, prefix);
            long rows = first + qkv.size(0) - from;
            if (rows > 0) {
                rotation.turn(qkv.narrow(0, from - first, rows), from - prefix);
            }
        }
    }
}
