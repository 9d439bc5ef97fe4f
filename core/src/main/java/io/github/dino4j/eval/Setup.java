package io.github.dino4j.eval;

import io.github.dino4j.depth.DepthPredictor;
import io.github.dino4j.depth.DepthPreset;
import io.github.dino4j.export.Fingerprint;
import io.github.dino4j.export.ModelIdentity;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentPredictor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

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
        values.put("head", head(predictor.head().getClass(), predictor.source()));
        values.put("input", input);
        return new Setup(values);
    }

    /** The same of depth. */
    public static Setup of(DepthPredictor predictor) {
        DepthPreset preset = predictor.preset();
        Map<String, Object> head = head(predictor.head().getClass(), predictor.source());
        head.put("preset", preset.name());
        head.put(
                "range",
                Arrays.asList(
                        predictor.head().values().range().min(),
                        predictor.head().values().range().max()));
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("transform", predictor.transform().describe());
        input.put("fit", word(preset.fit()));
        input.put("restoration", word(preset.restoration()));
        input.put("mirroring", word(predictor.mirroring()));
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("backbone", backbone(predictor.model()));
        values.put("head", head);
        values.put("input", input);
        return new Setup(values);
    }

    private static Map<String, Object> backbone(Model model) {
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

    private static Map<String, Object> inference(Inference inference) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (inference instanceof Inference.Slide slide) {
            map.put("inference", "slide");
            map.put("crop", Arrays.asList(slide.cropHeight(), slide.cropWidth()));
            map.put("stride", Arrays.asList(slide.strideHeight(), slide.strideWidth()));
            map.put("oversize", word(slide.oversize()));
            map.put("fit", word(slide.fit()));
        } else if (inference instanceof Inference.Whole whole) {
            map.put("inference", "whole");
            map.put("forced_to", whole.side());
        } else if (inference instanceof Inference.Plain plain) {
            map.put("inference", "plain");
            map.put("fit", word(plain.fit()));
        }
        return map;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
