package io.github.dino4j.decoder;

import io.github.dino4j.tensor.BilinearTaps;
import io.github.dino4j.tensor.Tensor;

/**
 * The sampling of deformable attention (Deformable DETR, arXiv:2010.04159, "Multi-scale Deformable Attention Module"):
 * each query looks at a few places between the pixels of several maps and takes a weighted sum.
 *
 * <p>A bilinear sample is a weighted sum of four pixels, and a query's result one of 4 L P. So all of it is one sparse
 * product, {@link Tensor#weightedRows}: nothing is compiled, nothing is gathered in memory. Which pixels and how much of
 * each, {@link BilinearTaps} finds in one pass. Where gradients are wanted, the weights are made anew from the places by
 * tensor arithmetic, so that they reach the places, the attention weights and the pixels.
 */
public final class DeformableSampling {
    private DeformableSampling() {}

    /**
     * Samples.
     *
     * @param value [B, S, M, d]: the pixels of all levels, M heads
     * @param places [B, Q, M, L, P, 2] as (x, y), 0 and 1 being a map's outer edges; outside there are zeros
     * @param weights [B, Q, M, L, P]
     * @return [B, Q, M d]
     */
    public static Tensor of(Tensor value, Levels levels, Tensor places, Tensor weights) {
        long B = value.size(0), S = value.size(1), M = value.size(2), d = value.size(3);
        long Q = places.size(1);
        if (S != levels.tokens()) {
            throw new IllegalArgumentException(
                    "there are " + S + " pixels, but levels of " + levels.sizes() + " have " + levels.tokens());
        }
        Tensor pixels = value.reshape(B * S * M, d);
        BilinearTaps taps = BilinearTaps.of(places.detach(), weights.detach(), levels.heights(), levels.widths());
        Tensor shares = places.learns() || weights.learns()
                ? shares(levels, places, weights).reshape(B * Q * M, -1)
                : taps.weights();
        return pixels.weightedRows(taps.rows(), shares).reshape(B, Q, M * d);
    }

    /** The weights of {@link BilinearTaps} with their history: [B, Q, M, L, P, 4]. */
    private static Tensor shares(Levels levels, Tensor places, Tensor weights) {
        Tensor sizes = levels.asTensor(); // [L, 1, 2] as (width, height)
        Tensor pixel = places.mul(sizes).add(-0.5);
        Tensor before = pixel.detach().floor();
        Tensor after = before.add(1);
        Tensor fraction = pixel.sub(before);
        Tensor near = fraction.neg().add(1).mul(inside(before, sizes)); // [..., 2]: the pixel before along x and y
        Tensor far = fraction.mul(inside(after, sizes));
        Tensor x = Tensor.cat(5, near.narrow(5, 0, 1), far.narrow(5, 0, 1)).unsqueeze(5); // [..., 1, 2]
        Tensor y = Tensor.cat(5, near.narrow(5, 1, 1), far.narrow(5, 1, 1)).mul(weights.unsqueeze(5));
        return y.unsqueeze(6).mul(x); // [B, Q, M, L, P, 2, 2]
    }

    private static Tensor inside(Tensor index, Tensor sizes) {
        return Tensor.min(index.clampMin(0), sizes.add(-1)).equal(index);
    }
}
