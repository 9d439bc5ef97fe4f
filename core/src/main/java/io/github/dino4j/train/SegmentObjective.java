package io.github.dino4j.train;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.Mask2FormerSegmenter;
import io.github.dino4j.segment.MaskLoss;
import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.segment.SegmentationHead;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What of a segmentation head and a batch is minimised. */
interface SegmentObjective {
    /**
     * A loss.
     *
     * @param total a scalar with gradients
     * @param parts of it, for curves
     */
    record Value(Tensor total, Map<String, Double> parts) {}

    Value of(Tensor pixels, List<Tokens> taps, List<SegmentExample> batch);

    /** Scores resized to the labels, against the labels. */
    static SegmentObjective pixels(SegmentationHead head, SegmentLoss loss, ClassList classes) {
        int ignored = loss instanceof SegmentLoss.CrossEntropy c
                ? c.ignored()
                : loss instanceof SegmentLoss.Dice d ? d.ignored() : SegmentLoss.IGNORED;
        return (pixels, taps, batch) -> {
            Tensor scores = head.scores(pixels, taps, (int) pixels.size(2), (int) pixels.size(3));
            Tensor truth = SegmentExample.labels(batch, ignored);
            if (loss instanceof SegmentLoss.MultilabelDice) { // a pixel that does not count is of no class
                truth = truth.clamp(0, classes.size())
                        .to(DType.I64)
                        .oneHot(classes.size() + 1L)
                        .permute(0, 3, 1, 2)
                        .narrow(1, 0, classes.size());
            }
            return new Value(loss.of(scores, truth), Map.of());
        };
    }

    /** Mask2Former's: all predictions of the decoder against one mask a class. */
    static SegmentObjective masks(Mask2FormerSegmenter head, MaskLoss loss) {
        return (pixels, taps, batch) -> {
            List<MaskLoss.Targets> truth = batch.stream()
                    .map(e -> MaskLoss.Targets.semantic(
                            e.targets(), e.input().height(), e.input().width()))
                    .toList();
            MaskLoss.Value value =
                    loss.of(head.predictions(pixels, taps), truth, new SplittableRandom(EngineBits.draw()));
            Map<String, Double> parts = new LinkedHashMap<>();
            parts.put("classes", value.classes());
            parts.put("masks", value.masks());
            parts.put("dice", value.dice());
            return new Value(value.total(), parts);
        };
    }
}
