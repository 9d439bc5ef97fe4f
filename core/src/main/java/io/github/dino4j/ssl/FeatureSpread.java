package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/**
 * How far features fill their space.
 *
 * @param deviation of vectors of length 1: mean over channels of the deviation over images, times the root of the width; 1
 *     where they are spread evenly, 0 where all are the same
 * @param rank RankMe (arXiv:2210.02885): the exponential of the entropy of the singular values, 1 to the width
 */
public record FeatureSpread(double deviation, double rank) {
    /** Of features [N, C]. */
    public static FeatureSpread of(Tensor features) {
        try (Scope scope = Scope.inference()) {
            Tensor unit = Vectors.unit(features, 1e-12);
            Tensor centred = unit.sub(unit.mean(true, 0));
            double deviation =
                    centred.square().mean(false, 0).sqrt().mean(false, 0).item() * Math.sqrt((double) features.size(1));
            Tensor squares =
                    features.transpose(0, 1).matmul(features).eigh().values().clampMin(0);
            Tensor values = squares.sqrt();
            Tensor p = values.div(values.sum(true, 0).add(1e-30)).add(1e-7); // as the paper has it
            return new FeatureSpread(
                    deviation, Math.exp(p.mul(p.log()).sum(false, 0).neg().item()));
        }
    }
}
