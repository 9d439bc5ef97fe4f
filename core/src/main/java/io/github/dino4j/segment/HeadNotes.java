package io.github.dino4j.segment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What a segmentation head's tensors cannot tell, as a text in the file that a training run wrote: which layers it reads,
 * how an FPN decoder is padded, how photos are shown to it. {@link HeadFile} reads it; files of others have none.
 *
 * @param layers of its backbone
 * @param classToken whether a linear head reads class tokens
 * @param padding of an FPN decoder's convolutions
 * @param last how an FPN decoder ends
 */
public record HeadNotes(Layers layers, boolean classToken, int padding, FpnDecoder.Last last, SegmentOptions options) {
    /** Under this key among a file's metadata. */
    public static final String KEY = "dino4j.segment";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of a head that is run in this way; views beyond one are not noted. */
    public static HeadNotes of(SegmentationHead head, SegmentOptions options) {
        FpnDecoder.Config fpn =
                head instanceof FineTuneFpn decoder ? decoder.config() : new FpnDecoder.Config(1, 6, 1, 0);
        return new HeadNotes(head.taps().layers(), head.readsClassToken(), fpn.padding(), fpn.last(), options);
    }

    /**
     * As metadata of a file.
     *
     * @param depth blocks of the backbone
     */
    public Map<String, String> metadata(int depth) {
        ObjectNode json = JSON.createObjectNode()
                .put("class_token", classToken)
                .put("padding", padding)
                .put("last", last.name());
        ArrayNode indices = json.putArray("layers");
        Arrays.stream(layers.indices(depth)).forEach(indices::add);
        options.side().ifPresent(side -> json.put("side", side));
        ObjectNode run = json.putObject("inference");
        if (options.inference() instanceof Inference.Whole whole) {
            run.put("whole", whole.side());
        } else if (options.inference() instanceof Inference.Plain plain) {
            run.put("fit", plain.fit().name());
        } else if (options.inference() instanceof Inference.Slide slide) {
            run.put("fit", slide.fit().name()).put("oversize", slide.oversize().name());
            run.putArray("window")
                    .add(slide.cropHeight())
                    .add(slide.cropWidth())
                    .add(slide.strideHeight())
                    .add(slide.strideWidth());
        }
        options.normalisation().ifPresent(n -> {
            put(json.putArray("mean"), n.mean());
            put(json.putArray("std"), n.std());
        });
        return Map.of(KEY, json.toString());
    }

    /**
     * The notes of a file; empty where it has none.
     *
     * @throws CheckpointException if they cannot be understood
     */
    static Optional<HeadNotes> read(Path file) {
        if (!Files.isRegularFile(file)
                || !file.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
            return Optional.empty();
        }
        return Optional.ofNullable(Safetensors.metadata(file).get(KEY)).map(text -> parse(file, text));
    }

    private static HeadNotes parse(Path file, String text) {
        try {
            JsonNode json = JSON.readTree(text);
            SegmentOptions options = new SegmentOptions(
                    json.has("side") ? OptionalInt.of(json.path("side").asInt()) : OptionalInt.empty(),
                    inference(json.path("inference")),
                    Augmentation.NONE,
                    json.has("mean")
                            ? Optional.of(Normalisation.of(floats(json.path("mean")), floats(json.path("std"))))
                            : Optional.empty(),
                    false);
            return new HeadNotes(
                    Layers.of(IntStream.range(0, json.path("layers").size())
                            .map(i -> json.path("layers").path(i).asInt())
                            .toArray()),
                    json.path("class_token").asBoolean(),
                    json.path("padding").asInt(),
                    FpnDecoder.Last.valueOf(json.path("last").asText()),
                    options);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new CheckpointException(
                    file + ": its notes on the head ('" + KEY + "') cannot be understood: " + e.getMessage(), e);
        }
    }

    private static Inference inference(JsonNode run) {
        if (run.has("whole")) {
            return new Inference.Whole(run.path("whole").asInt());
        }
        Fit fit = Fit.valueOf(run.path("fit").asText());
        JsonNode window = run.path("window");
        return window.isMissingNode()
                ? new Inference.Plain(fit)
                : new Inference.Slide(
                        window.path(0).asInt(),
                        window.path(1).asInt(),
                        window.path(2).asInt(),
                        window.path(3).asInt(),
                        Inference.Oversize.valueOf(run.path("oversize").asText()),
                        fit);
    }

    private static void put(ArrayNode array, float[] values) {
        for (float value : values) {
            array.add(value);
        }
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.path(i).asDouble();
        }
        return values;
    }
}
