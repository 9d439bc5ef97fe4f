package io.github.dino4j.eval;

import io.github.dino4j.classify.ClassificationPredictor;
import io.github.dino4j.classify.LinearClassifier;
import io.github.dino4j.correspond.LabelPropagation;
import io.github.dino4j.correspond.TrackingProtocol;
import io.github.dino4j.correspond.VideoTracker;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.depth.DepthHead;
import io.github.dino4j.depth.DepthPredictor;
import io.github.dino4j.depth.DepthPreset;
import io.github.dino4j.depth.DptHead;
import io.github.dino4j.depth.LinearDepthHead;
import io.github.dino4j.detect.DetectionPredictor;
import io.github.dino4j.detect.Detector;
import io.github.dino4j.export.Fingerprint;
import io.github.dino4j.export.ModelIdentity;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.FineTuneFpn;
import io.github.dino4j.segment.HubSegmenter;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.LinearSegmenter;
import io.github.dino4j.segment.Mask2FormerSegmenter;
import io.github.dino4j.segment.PyramidSegmenter;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentPredictor;
import io.github.dino4j.segment.SegmentationHead;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What gave the predictions: weights and settings, everything on which the numbers depend. Values are texts, numbers, truth
 * values, lists and maps, as JSON has them; files are told by their fingerprint, not by their path, so that two runs of the
 * same thing say the same.
 */
public record Setup(Map<String, Object> values) {
    public Setup {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** For a predictor of one's own: a description in words. */
    public static Setup described(String words) {
        return new Setup(Map.of("predictor", words));
    }

    /** The backbone, the head, and how photos go through them. Reads ends of the files for their fingerprints. */
    public static Setup of(SegmentPredictor predictor) {
        SegmentOptions options = predictor.options();
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("side", options.side().isPresent() ? (Object) options.side().getAsInt() : "the photo's own size");
        input.putAll(inference(options.inference()));
        input.put("scales", options.augmentation().scales());
        input.put("flip", options.augmentation().flip());
        input.put("transform", predictor.transform(1).describe());
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("backbone", backbone(predictor.model()));
        SegmentationHead segmenter = predictor.head();
        Map<String, Object> head = head(segmenter.getClass(), predictor.source());
        putTaps(head, segmenter.taps(), predictor.model());
        config(segmenter).ifPresent(config -> head.put("config", ConfigMap.of(config)));
        values.put("head", head);
        values.put("input", input);
        return new Setup(values);
    }

    /** The same of depth. */
    public static Setup of(DepthPredictor predictor) {
        DepthPreset preset = predictor.preset();
        DepthHead depth = predictor.head();
        Map<String, Object> head = head(depth.getClass(), predictor.source());
        head.put("preset", preset.name());
        head.put(
                "range",
                Arrays.asList(
                        depth.values().range().min(), depth.values().range().max()));
        head.put("spacing", ConfigMap.word(depth.values().spacing()));
        head.put("weighting", ConfigMap.word(depth.values().weighting()));
        putTaps(head, depth.taps(), predictor.model());
        config(depth).ifPresent(config -> head.put("config", ConfigMap.of(config)));
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("transform", predictor.transform().describe());
        input.put("fit", ConfigMap.word(preset.fit()));
        input.put("restoration", ConfigMap.word(preset.restoration()));
        input.put("mirroring", ConfigMap.word(predictor.mirroring()));
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("backbone", backbone(predictor.model()));
        values.put("head", head);
        values.put("input", input);
        return new Setup(values);
    }

    /** The same of detection. */
    public static Setup of(DetectionPredictor predictor) {
        Map<String, Object> head = head(Detector.class, predictor.source());
        putTaps(head, predictor.head().config().taps(), predictor.model());
        head.put("config", ConfigMap.of(predictor.head().config()));
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("transform", predictor.transform().describe());
        input.put("most", predictor.options().most());
        input.put("least_score", predictor.options().leastScore());
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("backbone", backbone(predictor.model()));
        values.put("head", head);
        values.put("input", input);
        return new Setup(values);
    }

    /** The same of a classifier. */
    public static Setup of(ClassificationPredictor predictor) {
        Map<String, Object> head = head(LinearClassifier.class, predictor.source());
        head.put("reads", predictor.head().config().input().describe());
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("transform", predictor.transform().describe());
        input.put("labels", ConfigMap.word(predictor.labelling()));
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("backbone", backbone(predictor.model()));
        values.put("head", head);
        values.put("input", input);
        return new Setup(values);
    }

    /** The same of label propagation, which has no head. */
    public static Setup of(VideoTracker tracker) {
        TrackingProtocol protocol = tracker.protocol();
        LabelPropagation rule = protocol.propagation();
        Map<String, Object> tracking = new LinkedHashMap<>();
        tracking.put("kind", "label propagation");
        tracking.put("style", ConfigMap.word(protocol.style()));
        tracking.put("previous_frames", protocol.previous());
        tracking.put("neighbourhood", rule.neighbourhood().toString());
        tracking.put("top_k", rule.topK());
        tracking.put("temperature", rule.temperature());
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("backbone", backbone(tracker.model()));
        values.put("tracking", tracking);
        values.put("input", Map.of("side", protocol.side()));
        return new Setup(values);
    }

    static Map<String, Object> backbone(Model model) {
        Map<String, Object> backbone =
                new LinkedHashMap<>(ModelIdentity.of(model).toMap());
        backbone.put("warnings", model.card().warnings());
        return backbone;
    }

    private static Map<String, Object> head(Class<?> kind, String source) {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("kind", kind.getSimpleName());
        head.put("weights", Fingerprint.ofSource(source));
        if (source.startsWith("drawn at random")) {
            head.put("note", source + ": it runs and knows nothing");
        }
        return head;
    }

    /** After which layers the head reads the backbone, counted from 0, and whether through its final norm. */
    private static void putTaps(Map<String, Object> head, Taps taps, Model model) {
        head.put(
                "layers",
                Arrays.stream(taps.layers().indices(model.config().depth()))
                        .boxed()
                        .toList());
        head.put("norm", taps.norm());
    }

    private static Optional<Record> config(SegmentationHead head) {
        if (head instanceof LinearSegmenter linear) {
            return Optional.of(linear.config());
        }
        if (head instanceof HubSegmenter hub) {
            return Optional.of(hub.config());
        }
        if (head instanceof PyramidSegmenter pyramid) {
            return Optional.of(pyramid.config());
        }
        if (head instanceof Mask2FormerSegmenter masks) {
            return Optional.of(masks.config());
        }
        return head instanceof FineTuneFpn fpn ? Optional.of(fpn.config()) : Optional.empty();
    }

    private static Optional<Record> config(DepthHead head) {
        if (head instanceof DptHead dpt) {
            return Optional.of(dpt.config());
        }
        return head instanceof LinearDepthHead linear ? Optional.of(linear.config()) : Optional.empty();
    }

    private static Map<String, Object> inference(Inference inference) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (inference instanceof Inference.Slide slide) {
            map.put("inference", "slide");
            map.put("crop", Arrays.asList(slide.cropHeight(), slide.cropWidth()));
            map.put("stride", Arrays.asList(slide.strideHeight(), slide.strideWidth()));
            map.put("oversize", ConfigMap.word(slide.oversize()));
            map.put("fit", ConfigMap.word(slide.fit()));
        } else if (inference instanceof Inference.Whole whole) {
            map.put("inference", "whole");
            map.put("forced_to", whole.side());
        } else if (inference instanceof Inference.Plain plain) {
            map.put("inference", "plain");
            map.put("fit", ConfigMap.word(plain.fit()));
        }
        return map;
    }
}
