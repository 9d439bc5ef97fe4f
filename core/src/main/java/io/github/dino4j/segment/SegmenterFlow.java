package io.github.dino4j.segment;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.List;

/** The way of a tensor through a backbone and a {@link PyramidSegmenter}, by a pass of the very model on shapes alone. */
public final class SegmenterFlow {
    private SegmenterFlow() {}

    /** The article's reference pipeline: ViT-L/16, one class. */
    public static TensorFlow article(int batch, int height, int width) {
        BackboneConfig vitL = BackboneCatalog.get("dinov3_vitl16").config();
        return of(vitL, PyramidSegmenter.Config.article(vitL.dim(), vitL.depth(), 1), batch, height, width);
    }

    /**
     * Flow of {@code batch} images.
     *
     * @throws IllegalArgumentException if the sides are no multiples of 32
     */
    public static TensorFlow of(
            BackboneConfig config, PyramidSegmenter.Config segmenter, int batch, int height, int width) {
        List<Long> input = List.of((long) batch, (long) config.inChannels(), (long) height, (long) width);
        return TensorFlow.of(input, p -> {
            Backbone backbone = Backbone.of(config, p.at("backbone"));
            PyramidSegmenter head = new PyramidSegmenter(p, segmenter);
            return pixels -> {
                List<Tokens> taps;
                try (Trace.Part part = Trace.part("backbone")) {
                    taps = head.taps().read(backbone, pixels);
                    int[] layers = head.taps().layers().indices(config.depth());
                    for (int i = 0; i < taps.size(); i++) {
                        Trace.stage(
                                "layer." + layers[i] + " (patch tokens)",
                                taps.get(i).patches());
                    }
                }
                Tensor scores = head.logits(pixels, taps).bilinear(height, width, false);
                Trace.stage("resize", scores);
            };
        });
    }
}
