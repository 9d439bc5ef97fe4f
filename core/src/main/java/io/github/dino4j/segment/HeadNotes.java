package io.github.dino4j.segment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.predict.HeadMetadata;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

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
        HeadMetadata.put(json, layers, depth);
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
        HeadMetadata.put(json, options.normalisation());
        return Map.of(KEY, json.toString());
    }

    /**
     * The notes of a file; empty where it has none.
     *
     * @throws CheckpointException if they cannot be understood
     */
    static Optional<HeadNotes> read(Path file) {
        return HeadMetadata.text(file, KEY).map(text -> parse(file, text));
    }

    private static HeadNotes parse(Path file, String text) {
        try {
            JsonNode json = JSON.readTree(text);
            SegmentOptions options = new SegmentOptions(
                    json.has("side") ? OptionalInt.of(json.path("side").asInt()) : OptionalInt.empty(),
                    inference(json.path("inference")),
                    Augmentation.NONE,
                    HeadMetadata.normalisation(json),
                    false);
            return new HeadNotes(
                    HeadMetadata.layers(json),
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
}
