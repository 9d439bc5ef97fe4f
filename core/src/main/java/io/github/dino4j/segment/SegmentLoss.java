package io.github.dino4j.segment;

import io.github.dino4j.predict.ClassList;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * What training a segmentation head minimises: one number, with gradients, from scores and the truth. Immutable.
 *
 * <p>The definitions are those of DINOv3's evaluation (and of mmsegmentation before it), including what is divided by what.
 */
public sealed interface SegmentLoss {
    /** The label of pixels that nobody classified, in ADE20K and elsewhere. */
    int IGNORED = ClassList.IGNORED;

    /**
     * The loss, a tensor without axes.
     *
     * @param scores logits [B, K, H, W]
     * @param truth class numbers I64 [B, H, W]; for {@link MultilabelDice} 0 or 1 for each class [B, K, H, W]
     * @throws IllegalArgumentException if the shapes do not fit
     */
    Tensor of(Tensor scores, Tensor truth);

    /** What becomes of the pixels' cross entropies. */
    enum Reduction {
        /** The sum over all pixels, ignored ones too, divided by their number, whatever the classes weigh. */
        MEAN,
        /** The sum divided by the number of pixels that are not ignored. */
        MEAN_OF_VALID,
        SUM
    }

    /**
     * Cross entropy of each pixel; ignored ones have none.
     *
     * @param reduction of the pixels to one number
     * @param classWeights a factor for each class, or empty
     * @param ignored label of the pixels left out
     * @param weight of the whole
     */
    record CrossEntropy(Reduction reduction, List<Float> classWeights, int ignored, double weight)
            implements SegmentLoss {
        private static final double EPS = Math.ulp(1.0f); // that of float32, so that no valid pixel gives 0 and not NaN

        /** The loss that DINOv3's linear heads are trained with. */
        public static final CrossEntropy STANDARD = new CrossEntropy(Reduction.MEAN, List.of(), IGNORED, 1);

        public CrossEntropy {
            classWeights = List.copyOf(classWeights);
        }

        @Override
        public Tensor of(Tensor scores, Tensor truth) {
            requireLabels(scores, truth);
            Tensor pixels = classWeights.isEmpty()
                    ? scores.crossEntropy(truth, null, ignored)
                    : scores.crossEntropy(truth, weights(classWeights, scores.size(1)), ignored);
            Tensor sum = pixels.sum(false, 0, 1, 2);
            return switch (reduction) {
                case SUM -> sum.mul(weight);
                case MEAN -> sum.mul(weight / truth.elements());
                case MEAN_OF_VALID ->
                    sum.mul(weight / (valid(truth, ignored).sum(false, 0, 1, 2).item() + EPS));
            };
        }
    }

    /**
     * Dice loss (V-Net, arXiv:1606.04797) of the softmax: for each image and class 1 - (2 sum(p t) + smooth) / (sum(p^e +
     * t^e) + smooth), averaged. Ignored pixels are left out of the first sum and counted in the second, as those of the
     * last class.
     *
     * @param smooth keeps the quotient defined where a class is absent
     * @param exponent e
     * @param classWeights a factor for each class, or empty; not divided by again
     * @param ignored label of the pixels left out; a class of this number is skipped
     * @param weight of the whole
     */
    record Dice(double smooth, double exponent, List<Float> classWeights, int ignored, double weight)
            implements SegmentLoss {
        public static final Dice STANDARD = new Dice(1, 2, List.of(), IGNORED, 1);

        public Dice {
            classWeights = List.copyOf(classWeights);
        }

        @Override
        public Tensor of(Tensor scores, Tensor truth) {
            requireLabels(scores, truth);
            int classes = (int) scores.size(1);
            Tensor target = truth.clamp(0, classes - 1)
                    .to(DType.I64)
                    .oneHot(classes)
                    .to(DType.F32)
                    .permute(0, 3, 1, 2); // [B, K, H, W]
            Tensor valid = valid(truth, ignored).unsqueeze(1);
            Tensor p = scores.softmax(1);
            Tensor perClass = dice(p, target, valid, smooth, exponent).mean(false, 0); // [K]
            if (!classWeights.isEmpty()) {
                perClass = perClass.mul(weights(classWeights, classes));
            }
            Tensor sum = perClass.sum(false, 0);
            if (ignored >= 0 && ignored < classes) { // as a class it is left out of the sum, not of the divisor
                sum = Tensor.cat(
                                0,
                                perClass.narrow(0, 0, ignored),
                                perClass.narrow(0, ignored + 1L, classes - ignored - 1))
                        .sum(false, 0);
            }
            return sum.mul(weight / classes);
        }
    }

    /**
     * Dice loss of the sigmoid of each class by itself, where a pixel may be of several classes. Nothing is ignored.
     *
     * @param weight of the whole
     */
    record MultilabelDice(double smooth, double exponent, double weight) implements SegmentLoss {
        public static final MultilabelDice STANDARD = new MultilabelDice(1, 2, 1);

        @Override
        public Tensor of(Tensor scores, Tensor truth) {
            if (!Arrays.equals(scores.shape(), truth.shape())) {
                throw new IllegalArgumentException("scores " + scores.describe()
                        + " need a truth of the same shape, not " + truth.describe() + "; class numbers are for Dice");
            }
            Tensor target = truth.to(DType.F32);
            Tensor everywhere = Tensor.full(1, DType.F32, scores.device(), 1, 1, 1, 1);
            return dice(scores.sigmoid(), target, everywhere, smooth, exponent)
                    .mean(false, 0, 1)
                    .mul(weight);
        }
    }

    /** 1 - the Dice coefficient of each image and class [B, K]. */
    private static Tensor dice(Tensor p, Tensor target, Tensor valid, double smooth, double exponent) {
        Tensor common = p.mul(target).mul(valid).sum(false, 2, 3);
        Tensor all = p.pow(exponent).add(target.pow(exponent)).sum(false, 2, 3);
        return common.mul(2).add(smooth).div(all.add(smooth)).neg().add(1);
    }

    /** 1 where a pixel counts, 0 where it is ignored. */
    private static Tensor valid(Tensor labels, int ignored) {
        return labels.atLeast(ignored).and(labels.lessThan(ignored + 1)).not().to(DType.F32);
    }

    private static Tensor weights(List<Float> weights, long classes) {
        if (weights.size() != classes) {
            throw new IllegalArgumentException(weights.size() + " class weights for " + classes + " classes");
        }
        float[] values = new float[weights.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = weights.get(i);
        }
        return Tensor.of(values, classes);
    }

    private static void requireLabels(Tensor scores, Tensor truth) {
        if (truth.dtype() != DType.I64
                || truth.dim() != 3
                || scores.dim() != 4
                || truth.size(0) != scores.size(0)
                || truth.size(1) != scores.size(2)
                || truth.size(2) != scores.size(3)) {
            throw new IllegalArgumentException(
                    "scores [B, K, H, W] need class numbers I64[B, H, W] of the same size, not "
                            + scores.describe() + " and " + truth.describe()
                            + "; resize the scores to the labels before the loss");
        }
    }
}
