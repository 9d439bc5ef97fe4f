package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
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
