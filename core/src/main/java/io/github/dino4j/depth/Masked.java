package io.github.dino4j.depth;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;

/**
 * A prediction and its target with 1 m in both where nothing is measured: their difference, and that of their logarithms,
 * is 0 there and has no gradient.
 *
 * @param weight 1 where the target is a measurement, 0 elsewhere
 * @param count of measurements
 */
record Masked(Tensor prediction, Tensor target, Tensor weight, double count) {
    /** Kept from log(0), metres. */
    static final double EPS = 1e-3;

    static Masked of(Tensor prediction, Tensor target, Tensor valid) {
        if (prediction.dim() != 4
                || !Arrays.equals(prediction.shape(), target.shape())
                || !Arrays.equals(prediction.shape(), valid.shape())) {
            throw new IllegalArgumentException(
                    "a depth loss takes prediction, target and valid of one shape [B, 1, H, W]," + " found "
                            + prediction + ", " + target + " and " + valid + "; resize the prediction to the target");
        }
        if (valid.dtype() != DType.BOOL) {
            throw new IllegalArgumentException("valid says where depth was measured and is BOOL, found " + valid);
        }
        Tensor one = Tensor.full(1, DType.F32, prediction.device(), 1);
        Tensor weight = valid.to(DType.F32);
        return new Masked(
                prediction.whereMask(valid, one),
                target.whereMask(valid, one),
                weight,
                sum(weight).item());
    }

    /** log(p + eps) - log(t + eps). */
    Tensor logRatio() {
        return prediction.add(EPS).log().sub(target.add(EPS).log());
    }

    static Tensor sum(Tensor x) {
        return x.sum(false, 0, 1, 2, 3);
    }
}
