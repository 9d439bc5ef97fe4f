package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.PackedWeight.Then;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Tiles;
import java.util.ArrayList;
import java.util.List;

/** The projection as a product on packed weights, some rows of patches at a time. */
final class PackedPatches implements PatchProjection {
    private static final long TILE = 64;

    private final PackedWeight weight;
    private final int patch;

    PackedPatches(PackedWeight weight, int patch) {
        this.weight = weight;
        this.patch = patch;
    }

    @Override
    public Tensor forward(Tensor pixels) {
        long batch = pixels.size(0);
        long channels = pixels.size(1);
        long height = pixels.size(2) / patch;
        long width = pixels.size(3) / patch;
        long lines = Math.max(1, TILE / width); // rows of patches in a tile
        List<Tiles.Range> ranges = new ArrayList<>();
        List<long[]> places = new ArrayList<>(); // image, first row of patches, rows of patches
        for (long image = 0; image < batch; image++) {
            for (long y = 0; y < height; y += lines) {
                long rows = Math.min(lines, height - y);
                ranges.add(new Tiles.Range((image * height + y) * width, rows * width));
                places.add(new long[] {image, y, rows});
            }
        }
        return Tiles.map(ranges, weight.out(), DType.F32, i -> {
                    long[] at = places.get(i);
                    Tensor columns = pixels.narrow(0, at[0], 1)
                            .narrow(2, at[1] * patch, at[2] * patch)
                            .narrow(3, 0, width * patch)
                            .reshape(channels, at[2], patch, width, patch)
                            .permute(1, 3, 0, 2, 4) // [rows, w, channels, p, p]
                            .reshape(at[2] * width, channels * patch * patch);
                    return weight.forward(columns, Then.NOTHING, null, DType.F32);
                })
                .reshape(batch, height * width, weight.out());
    }
}
