package io.github.dino4j.golden;

import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.segment.SegmentLoss.CrossEntropy;
import io.github.dino4j.segment.SegmentLoss.Dice;
import io.github.dino4j.segment.SegmentLoss.MultilabelDice;
import io.github.dino4j.segment.SegmentLoss.Reduction;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;

/** Losses of segmentation with their gradients. */
final class SegmentLossComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().endsWith("dinov3/eval/segmentation/loss.py");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        int ignored = golden.config().path("ignore_index").asInt();
        List<Float> weights = new ArrayList<>();
        for (float weight : golden.input("class_weight").values()) {
            weights.add(weight);
        }
        run(golden, check, "ce", "label", new CrossEntropy(Reduction.MEAN, List.of(), ignored, 1));
        run(
                golden,
                check,
                "ce_avg_non_ignore",
                "label",
                new CrossEntropy(Reduction.MEAN_OF_VALID, List.of(), ignored, 1));
        run(golden, check, "ce_class_weight", "label", new CrossEntropy(Reduction.MEAN, weights, ignored, 1));
        run(golden, check, "ce_sum", "label", new CrossEntropy(Reduction.SUM, List.of(), ignored, 1));
        run(golden, check, "dice", "label", new Dice(1, 2, List.of(), ignored, 1));
        run(golden, check, "dice_class_weight", "label", new Dice(1, 2, weights, ignored, 1));
        run(golden, check, "multi_dice", "multilabel", new MultilabelDice(1, 2, 0.5));
        run(golden, check, "multi_ce", "label", CrossEntropy.STANDARD);
    }

    private static void run(GoldenCase golden, Check check, String name, String truth, SegmentLoss loss) {
        if (!check.has("loss_" + name)) {
            return;
        }
        try (Scope scope = Scope.open()) {
            Tensor scores = BackboneComponent.tensor(golden.input("pred")).learn();
            Tensor target = BackboneComponent.tensor(golden.input(truth)).to(DType.I64);

            Tensor value = loss.of(scores, target);
            value.backward();

            check.expect("loss_" + name, value.detach());
            check.expect("grad_" + name, scores.grad());
            requireClose(golden, golden.output("grad_" + name), scores.grad().toFloats());
        }
    }

    /** Gradients are so small that the general tolerance says nothing: a ten-thousandth of the largest is asked. */
    private static void requireClose(GoldenCase golden, GoldenCase.Output gradient, float[] got) {
        float largest = 0;
        for (float value : gradient.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        double error = golden.maxAbsError(gradient, got);
        if (!(error <= 1e-4 * largest)) {
            throw new AssertionError(gradient.name() + " is off by " + error + ", its largest value is " + largest);
        }
    }
}
