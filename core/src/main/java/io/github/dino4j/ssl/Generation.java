package io.github.dino4j.ssl;

import io.github.dino4j.augment.Range;
import io.github.dino4j.train.CosineSchedule;
import io.github.dino4j.train.Schedule;
import java.util.Optional;

/**
 * What a run of DINO, DINOv2 or DINOv3 starts from, in numbers; its own recipe may change any of them.
 *
 * @param patchWeight of the loss on hidden patches
 * @param koleoWeight of the regulariser
 * @param sharedHead whether patches go through the class token's head
 * @param teacherTemperature after its warm-up from {@value #FIRST_TEMPERATURE}
 * @param temperatureEpochs of the warm-up
 * @param momentum of the teacher at the beginning; it ends with 1
 * @param scaleBorder share of the area that parts local from global views
 * @param exactMasks see {@link BlockMasks}
 */
public record Generation(
        double patchWeight,
        double koleoWeight,
        boolean sharedHead,
        DinoHead.LastLayer lastLayer,
        Objective.Centers centering,
        double teacherTemperature,
        double temperatureEpochs,
        double momentum,
        double scaleBorder,
        MultiCrop.Blur blur,
        boolean exactMasks) {
    /** With which the teacher's temperature begins. */
    public static final double FIRST_TEMPERATURE = 0.04;

    /**
     * DINO (arXiv:2104.14294): class tokens of crops matched, centering and sharpening, last layer of unit rows that stays
     * for an epoch.
     */
    public static final Generation DINO_V1 = new Generation(
            0,
            0,
            false,
            DinoHead.LastLayer.UNIT_ROWS,
            Objective.Centers.SOFTMAX,
            0.04,
            0,
            0.996,
            0.4,
            MultiCrop.Blur.DINO_V1,
            false);

    /** DINOv2 (arXiv:2304.07193) as it was trained: one head for class and patches, softmax centering, KoLeo. */
    public static final Generation DINO_V2 = new Generation(
            1,
            0.1,
            true,
            DinoHead.LastLayer.WEIGHT_NORM,
            Objective.Centers.SOFTMAX,
            0.07,
            30,
            0.992,
            0.32,
            MultiCrop.Blur.DINO_V2,
            false);

    /** DINOv3 (arXiv:2508.10104): two heads, Sinkhorn-Knopp, KoLeo, masks of exact size; Gram anchoring on demand. */
    public static final Generation DINO_V3 = new Generation(
            1,
            0.1,
            false,
            DinoHead.LastLayer.PLAIN,
            Objective.Centers.SINKHORN,
            0.07,
            30,
            0.992,
            0.32,
            MultiCrop.Blur.DINO_V2,
            true);

    /**
     * Not a published recipe: what secondary sources ascribe to DINOv3, one head and one matching loss over class and patch
     * tokens, without KoLeo and Sinkhorn-Knopp. The published DINOv3 is {@link #DINO_V3}; this is here to compare the claim.
     */
    public static final Generation TOKEN_MATCHING = new Generation(
            1,
            0,
            true,
            DinoHead.LastLayer.PLAIN,
            Objective.Centers.SOFTMAX,
            0.07,
            30,
            0.992,
            0.32,
            MultiCrop.Blur.DINO_V2,
            true);

    /** Area of global views. */
    public Range globalScale() {
        return new Range(scaleBorder, 1);
    }

    /** Area of local views. */
    public Range localScale() {
        return new Range(0.05, scaleBorder);
    }

    /**
     * The objective of a run of these many updates.
     *
     * @param perEpoch updates of an epoch
     */
    public Objective objective(long total, long perEpoch) {
        long warmup = Math.min(total, Math.round(temperatureEpochs * perEpoch));
        Schedule constant = Schedule.constant(1);
        return new Objective(
                1,
                patchWeight,
                koleoWeight,
                new KoLeoLoss(1),
                centering,
                0.9,
                0.1,
                CosineSchedule.of(teacherTemperature, teacherTemperature, total, warmup, FIRST_TEMPERATURE),
                CosineSchedule.of(momentum, 1, total),
                constant,
                true,
                Optional.empty(),
                constant,
                lastLayer == DinoHead.LastLayer.UNIT_ROWS ? perEpoch : 0);
    }
}
