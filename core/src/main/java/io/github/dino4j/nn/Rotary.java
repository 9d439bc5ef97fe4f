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

        /**
         * Turns q and k in rows [B, N, 3C] of q, k, v, float32 as the tables are: one sum of two products over all of the
         * rows, where v and the tokens in front are multiplied by 1 and 0. Nothing is cut out and put together again, which
         * costs little forwards but fills tensors of zeros on the way back.
         */
        Tensor rotateRows(Tensor qkv, int heads) {
            long length = qkv.size(1);
            long half = cos.size(1);
            Tensor halves = qkv.reshape(qkv.size(0), length, 3, heads, 2, half);
            return halves.mul(factors(length, 1, cos, cos))
                    .addProduct(halves.flip(4), factors(length, 0, sin.neg(), sin))
                    .reshape(qkv.shape());
        }

        /** What both halves of q, k and v of each token are multiplied by: [N, 3, 1, 2, d/2]. */
        private Tensor factors(long length, double still, Tensor first, Tensor second) {
            long half = cos.size(1);
            Tensor patches = Tensor.cat(1, first, second);
            Tensor prefix = Tensor.full(still, cos.dtype(), cos.device(), length - cos.size(0), 2 * half);
            Tensor turning = Tensor.cat(0, prefix, patches);
            Tensor v = Tensor.full(still, cos.dtype(), cos.device(), length, 2 * half);
            return Tensor.cat(1, turning, turning, v).reshape(length, 3, 1, 2, half);
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
