package io.github.dino4j.decoder;

import io.github.dino4j.tensor.BilinearTaps;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Tiles;
import java.util.ArrayList;
import java.util.List;

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
        if (value.device() == Device.META) {
            Tensor one = weights.reshape(B * Q * M, -1);
            Tensor taps = Tensor.cat(1, one, one, one, one); // four pixels a place, as below
            return pixels.weightedRows(taps, taps).reshape(B, Q, M * d);
        }
        Queries queries =
                Queries.of(places.detach().flatten(0, 1), weights.detach().flatten(0, 1), levels, (int) Q, S * M);
        if (value.learns() || places.learns() || weights.learns()) {
            Tensor rows = Tiles.map(
                    queries.tiles(),
                    M * queries.taps(),
                    DType.I32,
                    tile -> queries.taps(tile).rows().reshape(-1, M * queries.taps()));
            Tensor shares = shares(levels, places, weights).reshape(B * Q * M, -1);
            return pixels.weightedRows(rows.reshape(B * Q * M, -1), shares).reshape(B, Q, M * d);
        }
        return Tiles.map(queries.tiles(), M * d, value.dtype(), tile -> {
                    BilinearTaps taps = queries.taps(tile);
                    return pixels.weightedRows(taps.rows(), taps.weights()).reshape(-1, M * d);
                })
                .reshape(B, Q, M * d);
    }

    /**
     * The queries of all images in tiles, each of one image, whose taps fit a core's cache.
     *
     * @param places [B Q, M, L, P, 2]
     * @param weights [B Q, M, L, P]
     * @param rowsOfImage S M
     */
    private record Queries(
            Tensor places, Tensor weights, Levels levels, int ofImage, long rowsOfImage, List<Tiles.Range> tiles) {
        private static final long TAPS_OF_TILE = 32_768; // 256 KB of row numbers and weights

        /** Four pixels a place. */
        long taps() {
            return 4 * weights.size(2) * weights.size(3);
        }

        static Queries of(Tensor places, Tensor weights, Levels levels, int ofImage, long rowsOfImage) {
            long taps = 4 * weights.size(1) * weights.size(2) * weights.size(3);
            long most = Math.max(1, TAPS_OF_TILE / taps);
            List<Tiles.Range> tiles = new ArrayList<>();
            for (long image = 0; image < weights.size(0); image += ofImage) {
                for (long start = 0; start < ofImage; start += most) {
                    tiles.add(new Tiles.Range(image + start, Math.min(most, ofImage - start)));
                }
            }
            return new Queries(places, weights, levels, ofImage, rowsOfImage, tiles);
        }

        BilinearTaps taps(int tile) {
            Tiles.Range range = tiles.get(tile);
            return BilinearTaps.of(
                    range.of(places),
                    range.of(weights),
                    levels.heights(),
                    levels.widths(),
                    range.start() / ofImage * rowsOfImage);
        }
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
