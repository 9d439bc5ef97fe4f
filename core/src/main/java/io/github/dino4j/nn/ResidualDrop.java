package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/** How some samples of a batch go past a residual branch (stochastic depth, arXiv:1603.09382). */
sealed interface ResidualDrop {
    /** All samples take the branch. */
    ResidualDrop NONE = new None();

    /** x [T, C] plus the branch, which maps tokens of some crops. */
    Tensor add(Tensor x, Crops crops, BiFunction<Tensor, Crops, Tensor> branch);

    /** See {@link #NONE}. */
    record None() implements ResidualDrop {
        @Override
        public Tensor add(Tensor x, Crops crops, BiFunction<Tensor, Crops, Tensor> branch) {
            return x.add(branch.apply(x, crops));
        }
    }

    /** Each sample by itself; the branch of those that take it is divided by 1 - rate. */
    record Samples(double rate) implements ResidualDrop {
        @Override
        public Tensor add(Tensor x, Crops crops, BiFunction<Tensor, Crops, Tensor> branch) {
            List<Tensor> kept = new ArrayList<>();
            for (Tensor part : crops.split(branch.apply(x, crops))) {
                Tensor ones = Tensor.full(1, part.dtype(), part.device(), part.size(0), 1, 1);
                kept.add(part.mul(ones.dropout(rate)));
            }
            return x.add(Crops.join(kept));
        }
    }

    /**
     * Of each crop's batch B the first max(1, int(B (1 - rate))) samples of a random order take the branch, which is computed
     * for them alone and multiplied by B over their number (DINOv2, arXiv:2304.07193, section 5, "efficient stochastic
     * depth").
     */
    record Subset(double rate) implements ResidualDrop {
        @Override
        public Tensor add(Tensor x, Crops crops, BiFunction<Tensor, Crops, Tensor> branch) {
            List<Crops.Crop> fewer = new ArrayList<>();
            List<long[]> places = new ArrayList<>();
            List<Double> factors = new ArrayList<>();
            long start = 0;
            for (Crops.Crop crop : crops.crops()) {
                int keep = (int) Math.max(crop.batch() * (1 - rate), 1);
                places.add(tokens(start, crop, Tensor.permutation(crop.batch()), keep));
                fewer.add(new Crops.Crop(keep, crop.length(), crop.rotary()));
                factors.add((double) crop.batch() / keep);
                start += crop.rows();
            }
            long[] rows = places.stream().flatMapToLong(Arrays::stream).toArray();
            Crops some = new Crops(fewer);
            List<Tensor> parts = some.split(branch.apply(x.rows(rows), some));
            List<Tensor> scaled = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                scaled.add(parts.get(i).mul(factors.get(i)));
            }
            return x.addRows(Crops.join(scaled), rows);
        }

        private static long[] tokens(long start, Crops.Crop crop, long[] order, int keep) {
            int length = Math.toIntExact(crop.length());
            long[] rows = new long[keep * length];
            for (int i = 0; i < keep; i++) {
                for (int token = 0; token < length; token++) {
                    rows[i * length + token] = start + order[i] * length + token;
                }
            }
            return rows;
        }
    }
}
