package io.github.dino4j.eval;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.bench.InputSize;
import io.github.dino4j.decoder.ScaleFusion;
import io.github.dino4j.segment.PyramidSegmenter;
import io.github.dino4j.segment.SegmenterFlow;
import java.util.List;

/**
 * How large a segmenter is and how much it computes, counted by a pass of the very layers on shapes alone.
 *
 * @param fusionParameters trainable values of the fusion
 * @param segmenterParameters those of adapter, fusion and decoder
 * @param fusionMacs multiply-adds of the fusion for the whole batch
 * @param wholeMacs those of backbone and segmenter
 */
public record FusionCounts(long fusionParameters, long segmenterParameters, long fusionMacs, long wholeMacs) {
    private static final String FUSION = "fusion.";

    /** Counts for a batch of images. */
    public static FusionCounts of(
            BackboneConfig backbone, PyramidSegmenter.Config segmenter, InputSize size, int batch) {
        TensorFlow flow = SegmenterFlow.of(backbone, segmenter, batch, size.height(), size.width());
        List<Long> input = flow.input();
        TensorFlow fusion = TensorFlow.of(input, p -> {
            ScaleFusion.of(p, segmenter.fusion());
            return pixels -> {};
        });
        TensorFlow head = TensorFlow.of(input, p -> {
            new PyramidSegmenter(p, segmenter);
            return pixels -> {};
        });
        long fusionMacs = flow.stages().stream()
                .filter(stage -> stage.name().startsWith(FUSION))
                .mapToLong(TensorFlow.Stage::macs)
                .sum();
        return new FusionCounts(fusion.parameters(), head.parameters(), fusionMacs, flow.macs());
    }

    /** Floating-point operations of the fusion: two for each multiply-add. */
    public long fusionFlops() {
        return 2 * fusionMacs;
    }

    /** Floating-point operations of the whole pass. */
    public long wholeFlops() {
        return 2 * wholeMacs;
    }
}
