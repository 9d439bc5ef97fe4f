package io.github.dino4j.detect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A file with a detector in it, recognised by its tensors under any prefix. Their shapes tell most of its configuration;
 * what they cannot tell stands in the texts of files that Dino4J wrote, and is as published in all others. Only headers are
 * read. Immutable.
 */
public final class DetectorFile {
    private static final String CONFIG = "dino4j.detector";
    private static final String CLASSES = "dino4j.classes";
    private static final String SIDE = "dino4j.side";
    private static final int PUBLISHED_SIDE = 1536;
    private static final List<String> ANCHORS = List.of(
            "transformer.enc_output.weight", "query_embed.weight", "class_embed.0.weight", "input_proj.0.0.weight");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final StateDict weights;
    private final Map<String, String> texts;

    private DetectorFile(Path path, StateDict weights, Map<String, String> texts) {
        this.path = path;
        this.weights = weights;
        this.texts = texts;
    }

    /**
     * Opens a detector's file; a backbone in it is passed over.
     *
     * @throws CheckpointException if it cannot be read or holds no detector
     */
    public static DetectorFile open(Path path) {
        StateDict tensors = Checkpoints.tensors(path);
        String first = ANCHORS.get(0);
        String prefix = tensors.names().stream()
                .filter(name -> name.equals(first) || name.endsWith("." + first))
                .map(name -> name.substring(0, name.length() - first.length()))
                .filter(before -> ANCHORS.stream().allMatch(anchor -> tensors.contains(before + anchor)))
                .findFirst()
                .orElseThrow(() -> new CheckpointException(path + ": no detector is in it; it is a " + tensors
                        + ". A detector of DINOv3 has " + String.join(", ", ANCHORS) + "."));
        StateDict own =
                tensors.under(prefix).select(name -> !name.startsWith("backbone.") || name.contains(".layer_norms."));
        Map<String, String> texts = path.toString().endsWith(".safetensors") ? Safetensors.metadata(path) : Map.of();
        return new DetectorFile(path, own, texts);
    }

    /** The texts by which {@link #open} knows everything again; for {@link LoadedHead#save} and training's export. */
    public static Map<String, String> texts(DetectorConfig config, ClassList classes, int side) {
        ObjectNode json = JSON.createObjectNode();
        Layers layers = config.layers();
        if (layers instanceof Layers.Last last) {
            json.put("last_layers", last.count());
        } else {
            int[] indices = layers.indices(Integer.MAX_VALUE);
            ArrayNode list = json.putArray("layers");
            for (int index : indices) {
                list.add(index);
            }
        }
        json.put("windows", config.windows());
        json.put("heads", config.heads());
        json.put("queries", config.queries());
        json.put("repeats", config.repeats());
        ArrayNode strides = json.putArray("proposal_strides");
        config.proposalStrides().forEach(strides::add);
        json.put("proposal_side", config.proposalSide());
        json.put("bias", config.bias().name().toLowerCase(Locale.ROOT));
        ObjectNode names = JSON.createObjectNode().put("name", classes.name());
        ArrayNode rows = names.putArray("classes");
        for (int i = 0; i < classes.size(); i++) {
            rows.addArray().add(classes.nameOf(i)).add(classes.colourOf(i));
        }
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(CONFIG, json.toString());
        texts.put(CLASSES, names.toString());
        texts.put(SIDE, Integer.toString(side));
        return texts;
    }

    /** The classes that the file names; empty if it names none. */
    public Optional<ClassList> classes() {
        if (!texts.containsKey(CLASSES)) {
            return Optional.empty();
        }
        JsonNode json = json(CLASSES);
        List<String> names = new ArrayList<>();
        List<Integer> colours = new ArrayList<>();
        for (JsonNode row : json.path("classes")) {
            names.add(row.path(0).asText());
            colours.add(row.path(1).asInt());
        }
        ClassList named = ClassList.of(json.path("name").asText(), names);
        return Optional.of(new ClassList(named.name(), names, colours, named.ignored(), false));
    }

    /** How photos were sized in training, as the file says; as published otherwise. */
    public DetectionOptions options(BackboneConfig backbone) {
        int side = texts.containsKey(SIDE) ? Integer.parseInt(texts.getOrDefault(SIDE, "")) : PUBLISHED_SIDE;
        return DetectionOptions.ofSide(side, backbone.patch());
    }

    /**
     * The detector's shape on a backbone.
     *
     * @throws CheckpointException if it is for another backbone
     */
    public DetectorConfig config(BackboneConfig backbone, String name) {
        JsonNode said = json(CONFIG);
        int dim = size("transformer.enc_output.weight", 0);
        int channels = size("input_proj.0.0.weight", 1);
        Layers layers = layers(said, backbone);
        List<Integer> widths = widths(layers, backbone, name);
        int once = widths.stream().mapToInt(w -> w).sum();
        if (channels != once && channels != 2 * once) {
            throw new CheckpointException(path + ": the detector reads " + channels + " channels, " + name + " gives "
                    + once + " after " + widths.size() + " layers, " + 2 * once + " in windows. Load the backbone that"
                    + " the detector was trained on.");
        }
        int windows = said.path("windows").asInt(channels == once ? 0 : backbone.dim() > 1280 ? 3 : 2);
        int total = size("query_embed.weight", 0);
        int queries = said.path("queries").asInt(total == 1 ? 1 : total / 2);
        List<Integer> strides = new ArrayList<>();
        said.path("proposal_strides").forEach(stride -> strides.add(stride.asInt()));
        int patch = backbone.patch();
        return new DetectorConfig(
                layers,
                widths,
                weights.names().stream().anyMatch(n -> n.contains("layer_norms.")),
                windows,
                patch,
                dim,
                said.path("heads").asInt(size("transformer.decoder.layers.0.cross_attn.cpb_mlp1.2.weight", 0)),
                count("transformer.encoder.layers."),
                weights.contains("transformer.encoder.layers.0.linear1.weight")
                        ? size("transformer.encoder.layers.0.linear1.weight", 0)
                        : dim,
                count("transformer.decoder.layers."),
                size("transformer.decoder.layers.0.linear1.weight", 0),
                queries,
                total - queries,
                said.path("repeats").asInt(6),
                size("class_embed.0.weight", 0),
                strides.isEmpty() ? List.of(patch / 2, patch, 2 * patch, 4 * patch) : strides,
                said.path("proposal_side").asInt(50),
                said.path("bias").asText("linear").equals("linear") ? PositionBias.LINEAR : PositionBias.LOGARITHMIC,
                size("transformer.decoder.layers.0.cross_attn.cpb_mlp1.0.weight", 0));
    }

    private static Layers layers(JsonNode said, BackboneConfig backbone) {
        if (said.has("last_layers")) {
            return Layers.last(said.path("last_layers").asInt());
        }
        if (said.has("layers")) {
            List<Integer> indices = new ArrayList<>();
            said.path("layers").forEach(index -> indices.add(index.asInt()));
            return new Layers.Of(indices);
        }
        return backbone.depth() >= 4 ? Layers.fourEvenly(backbone.depth()) : Layers.last(backbone.depth());
    }

    private List<Integer> widths(Layers layers, BackboneConfig backbone, String name) {
        try {
            return new Taps(layers, true).widths(backbone);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(path + ": the detector does not fit " + name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Loads the detector for a backbone; {@code name} is for messages.
     *
     * @throws CheckpointException if it is for another backbone, or a tensor is missing, misshapen, unknown or not finite
     */
    public LoadedHead<Detector> load(BackboneConfig backbone, String name) {
        DetectorConfig config = config(backbone, name);
        return LoadedHead.load(path, "a detector for " + name, weights, p -> new Detector(p, config));
    }

    private JsonNode json(String text) {
        try {
            return JSON.readTree(texts.getOrDefault(text, "{}"));
        } catch (JsonProcessingException e) {
            throw new CheckpointException(path + ": its text '" + text + "' is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private int size(String tensor, int axis) {
        long[] shape = weights.get(tensor).shape();
        if (axis >= shape.length) {
            throw new CheckpointException(
                    path + ": tensor '" + tensor + "' has " + shape.length + " axes, a detector's has more");
        }
        return Math.toIntExact(shape[axis]);
    }

    private int count(String prefix) {
        return (int) weights.under(prefix).names().stream()
                .map(name -> name.substring(0, Math.max(0, name.indexOf('.'))))
                .distinct()
                .count();
    }

    @Override
    public String toString() {
        return "a detector in " + path;
    }
}
