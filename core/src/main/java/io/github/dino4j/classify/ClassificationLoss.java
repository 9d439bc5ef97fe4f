package io.github.dino4j.classify;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;

/** What training a classifier minimises: the mean over images, with gradients. Immutable. */
public sealed interface ClassificationLoss {
    /** Plain cross entropy, as linear probes are trained. */
    ClassificationLoss CROSS_ENTROPY = new CrossEntropy(0);

    /**
     * The loss, a tensor without axes.
     *
     * @param logits [B, K]
     * @param truth [B, K], 1 for the classes that an image has, else 0
     */
    Tensor of(Tensor logits, Tensor truth);

    /** Whether an image may have several classes, or none. */
    boolean severalLabels();

    /**
     * Cross entropy of one class an image.
     *
     * @param smoothing share of the truth that is spread over all classes (arXiv:1512.00567), 0..1
     */
    record CrossEntropy(double smoothing) implements ClassificationLoss {
        public CrossEntropy {
            if (!(smoothing >= 0 && smoothing < 1)) {
                throw new IllegalArgumentException("label smoothing is a share from 0 to below 1, found " + smoothing);
            }
        }

        @Override
        public Tensor of(Tensor logits, Tensor truth) {
            Tensor hard = logits.crossEntropy(truth.argmax(1), null, -1);
            if (smoothing == 0) {
                return hard.mean(false, 0);
            }
            // cross entropy = log sum exp - the true logit, so that log sum exp needs no operator of its own
            Tensor logSum = hard.add(logits.mul(truth).sum(false, 1));
            Tensor spread = logSum.sub(logits.mean(false, 1));
            return hard.mul(1 - smoothing).add(spread.mul(smoothing)).mean(false, 0);
        }

        @Override
        public boolean severalLabels() {
            return false;
        }
    }

    /** Binary cross entropy of each class by itself, the mean over images and classes. */
    record BinaryCrossEntropy() implements ClassificationLoss {
        @Override
        public Tensor of(Tensor logits, Tensor truth) {
            // max(z, 0) - z y + log(1 + exp(-|z|)): finite for every z
            Tensor tail = logits.abs().neg().exp().add(1).log();
            return logits.relu().sub(logits.mul(truth.to(DType.F32))).add(tail).mean(false, 0, 1);
        }

        @Override
        public boolean severalLabels() {
            return true;
        }
    }
}
