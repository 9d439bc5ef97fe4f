package io.github.dino4j.ssl;

import io.github.dino4j.train.Schedule;
import java.util.Optional;

/**
 * What is minimised, and how the teacher follows: the part of a recipe in which the three versions differ.
 *
 * @param classWeight of the loss between class tokens of different crops
 * @param patchWeight of the loss on hidden patches; 0 for none
 * @param koleoWeight of the regulariser, for each of the two global crops
 * @param koleo on the student's class tokens of global crops, before the head
 * @param centering of the teacher's scores
 * @param centerMomentum of {@link Centers#SOFTMAX}
 * @param studentTemperature by which the student's scores are divided
 * @param teacherTemperature by iteration
 * @param teacherMomentum by iteration: the part of the teacher that stays
 * @param localWeight by iteration: factor of the loss of local crops (1 but in DINOv3's last phases)
 * @param hideFromStudent whether the student's backbone sees the mask token in place of hidden patches; not in distillation
 * @param gram empty for none
 * @param gramWeight by iteration
 * @param frozenLastLayer updates during which the heads' last layers stay: their gradients are dropped (DINOv1); DINOv2
 *     and v3 give them a learning rate of 0 instead, and 0 here
 */
public record Objective(
        double classWeight,
        double patchWeight,
        double koleoWeight,
        KoLeoLoss koleo,
        Centers centering,
        double centerMomentum,
        double studentTemperature,
        Schedule teacherTemperature,
        Schedule teacherMomentum,
        Schedule localWeight,
        boolean hideFromStudent,
        Optional<GramAnchor> gram,
        Schedule gramWeight,
        long frozenLastLayer) {
    /** How the teacher's scores become targets. */
    public enum Centers {
        /** {@link SoftmaxCentering}. */
        SOFTMAX,
        /** {@link SinkhornKnopp}. */
        SINKHORN,
        /** The softmax alone: training collapses, and shows the alarms. */
        NONE
    }

    public Objective {
        if (!(classWeight >= 0 && patchWeight >= 0 && koleoWeight >= 0 && studentTemperature > 0)) {
            throw new IllegalArgumentException(
                    "weights of losses are not negative and temperatures positive; found class "
                            + classWeight + ", patch " + patchWeight + ", KoLeo " + koleoWeight
                            + ", student's temperature "
                            + studentTemperature);
        }
    }

    /** Whether patches are hidden and matched. */
    public boolean matchesPatches() {
        return patchWeight > 0;
    }
}
