package io.github.dino4j.nn;

import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.PackedAttention;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Tiles;
import java.util.ArrayList;
import java.util.List;

/**
 * How a token matrix [T, C] is made of crops: linears and norms see the one matrix, attention sees each crop as
 * [B, N, C]. One image size is the case of one crop, so that there is a single forward pass.
 */
public record Crops(List<Crop> crops) {
    /**
     * Images of one size.
     *
     * @param batch images B
     * @param length tokens N of each
     */
    public record Crop(long batch, long length, Rotary rotary) {
        long rows() {
            return batch * length;
        }
    }

    /** Tokens of a tile, give or take a quarter: enough that reading the weights costs little, few enough for a core's cache. */
    private static final int TILE = 128;
    /** Fewest: below, reading the weights costs more than it is worth to share. */
    private static final int SMALL_TILE = 32;

    /**
     * Tokens of one image that are worked on together.
     *
     * @param rows where they stand in the matrix
     * @param first the first one's place in its image
     */
    record Tile(Crop crop, Tiles.Range rows, long first) {}

    /**
     * All tokens in tiles. The cut depends on the image size and the number of threads, never on the batch, so that an
     * image's features do not depend on its neighbours.
     */
    List<Tile> tiles() {
        List<Tile> tiles = new ArrayList<>();
        long start = 0;
        for (Crop crop : crops) {
            long height = Math.max(SMALL_TILE, Math.min(TILE, crop.length / Engine.threads()));
            long count = Math.max(1, Math.round((double) crop.length / height));
            for (long image = 0; image < crop.batch; image++) {
                for (long i = 0; i < count; i++) {
                    long first = i * crop.length / count;
                    long end = (i + 1) * crop.length / count;
                    tiles.add(new Tile(crop, new Tiles.Range(start + first, end - first), first));
                }
                start += crop.length;
            }
        }
        return tiles;
    }

    static List<Tiles.Range> ranges(List<Tile> tiles) {
        return tiles.stream().map(Tile::rows).toList();
    }

    /** Where the images of each crop stand. */
    List<PackedAttention.Images> images() {
        List<PackedAttention.Images> images = new ArrayList<>();
        long start = 0;
        for (Crop crop : crops) {
            images.add(new PackedAttention.Images(start, crop.batch, crop.length));
            start += crop.rows();
        }
        return images;
    }

    public Crops {
        crops = List.copyOf(crops);
    }

    /** Cuts x [T, C] into [B, N, C], one a crop, without a copy. */
    public List<Tensor> split(Tensor x) {
        List<Tensor> parts = new ArrayList<>();
        long start = 0;
        for (Crop crop : crops) {
            parts.add(x.narrow(0, start, crop.rows()).reshape(crop.batch, crop.length, x.size(1)));
            start += crop.rows();
        }
        return parts;
    }

    /** The inverse: [B, N, C] a crop to [T, C]. */
    public static Tensor join(List<Tensor> parts) {
        return Tensor.cat(
                0,
                parts.stream()
                        .map(x -> x.reshape(x.size(0) * x.size(1), x.size(2)))
                        .toList());
    }
}
