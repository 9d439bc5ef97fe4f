package io.github.dino4j.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.weights.Preprocessing.Crop;
import io.github.dino4j.weights.Preprocessing.Order;
import io.github.dino4j.weights.Preprocessing.Resampling;
import io.github.dino4j.weights.Preprocessing.Resize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Reads {@link Hints} from config.json (Hugging Face or timm), preprocessor_config.json and the names of files. */
final class HintsReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private HintsReader() {}

    /** @param names of the file, its folder and whatever else may name the data set */
    static Hints read(Optional<Path> config, Optional<Path> preprocessor, List<String> names, List<String> warnings) {
        JsonNode model = config.map(HintsReader::json).orElseGet(JSON::createObjectNode);
        JsonNode images = preprocessor.map(HintsReader::json).orElseGet(JSON::createObjectNode);
        boolean timm = model.has("pretrained_cfg");
        JsonNode backbone = model.path("backbone_config").isObject() ? model.path("backbone_config") : model;
        JsonNode arguments = timm ? model.path("model_args") : backbone;
        JsonNode cfg = model.path("pretrained_cfg");

        List<String> allNames = new ArrayList<>(names);
        allNames.add(cfg.path("tag").asText(""));
        allNames.add(model.path("_name_or_path").asText(""));
        Optional<PretrainingData> data = allNames.stream()
                .map(PretrainingData::find)
                .flatMap(Optional::stream)
                .findFirst();
        Optional<Preprocessing> preprocessing =
                timm ? Optional.of(timmPreprocessing(cfg)) : preprocessor.map(file -> huggingFacePreprocessing(images));

        String modelType = text(model, "model_type").orElse("");
        OptionalDouble eps = number(backbone, "layer_norm_eps");
        if (modelType.equals("vit") && eps.orElse(0) == 1e-12) {
            warnings.add("config.json says layer_norm_eps 1e-12; Meta's DINOv1 models were trained with 1e-6");
        }
        return new Hints(
                text(model, "model_type"),
                text(model, "architecture"),
                integer(arguments, "hidden_size", "embed_dim"),
                integer(arguments, "num_hidden_layers", "depth"),
                integer(arguments, "num_attention_heads", "num_heads"),
                integer(arguments, "patch_size"),
                integer(arguments, "num_register_tokens", "reg_tokens", "num_reg_tokens"),
                timm ? integer(cfg.path("input_size").path(1)) : integer(backbone, "image_size"),
                integer(backbone, "intermediate_size"),
                eps,
                ropeTheta(arguments),
                flag(arguments, "use_gated_mlp", "use_swiglu_ffn", "swiglu_mlp"),
                text(backbone, "hidden_act"),
                new Hints.RopeAugmentation(
                        number(backbone, "pos_embed_shift"),
                        number(backbone, "pos_embed_jitter"),
                        number(backbone, "pos_embed_rescale")),
                backboneLayers(model),
                withStatisticsOf(data, preprocessing, warnings),
                data);
    }

    /** Satellite models are normalised by their own statistics, whatever a converted preprocessor_config.json says. */
    private static Optional<Preprocessing> withStatisticsOf(
            Optional<PretrainingData> data, Optional<Preprocessing> preprocessing, List<String> warnings) {
        if (data.isEmpty() || data.get() != PretrainingData.SAT493M) {
            return preprocessing;
        }
        return preprocessing.map(given -> {
            if (!given.mean().equals(Preprocessing.SAT_MEAN) || !given.std().equals(Preprocessing.SAT_STD)) {
                warnings.add("the name says sat493m, but its config normalises by mean " + given.mean() + " and std "
                        + given.std() + "; using " + Preprocessing.SAT_MEAN + " and " + Preprocessing.SAT_STD
                        + " of the SAT-493M models");
            }
            return given.withStatistics(Preprocessing.SAT_MEAN, Preprocessing.SAT_STD);
        });
    }

    /** Resize the shorter side to floor(size / crop_pct), crop the centre. */
    private static Preprocessing timmPreprocessing(JsonNode cfg) {
        int height = cfg.path("input_size").path(1).asInt(224);
        int width = cfg.path("input_size").path(2).asInt(height);
        double cropPart = cfg.path("crop_pct").asDouble(1.0);
        return new Preprocessing(
                numbers(cfg.path("mean"), 1),
                numbers(cfg.path("std"), 1),
                Optional.of(new Resize.ShorterSide((int) Math.floor(Math.min(height, width) / cropPart))),
                Optional.of(new Crop(height, width)),
                text(cfg, "interpolation").flatMap(HintsReader::resampling),
                Order.RESIZE_THEN_RESCALE,
                OptionalInt.empty());
    }

    private static Preprocessing huggingFacePreprocessing(JsonNode images) {
        boolean resizes = images.path("do_resize").asBoolean(true);
        boolean normalises = images.path("do_normalize").asBoolean(true);
        // Without rescaling, mean and std are for values in 0..255.
        double unit = images.path("do_rescale").asBoolean(true) ? 1 : 255;
        boolean dinov3 = images.path("image_processor_type").asText("").startsWith("DINOv3");
        return new Preprocessing(
                normalises ? numbers(images.path("image_mean"), unit) : List.of(),
                normalises ? numbers(images.path("image_std"), unit) : List.of(),
                resizes ? resize(images.path("size")) : Optional.empty(),
                images.path("do_center_crop").asBoolean(false) ? crop(images.path("crop_size")) : Optional.empty(),
                resizes ? resampling(images.path("resample")) : Optional.empty(),
                dinov3 ? Order.RESCALE_THEN_RESIZE : Order.RESIZE_THEN_RESCALE,
                images.path("do_pad").asBoolean(false) ? integer(images, "size_divisor") : OptionalInt.empty());
    }

    private static Optional<Resize> resize(JsonNode size) {
        if (size.isInt()) {
            return Optional.of(new Resize.Exact(size.asInt(), size.asInt()));
        }
        if (size.has("shortest_edge")) {
            return Optional.of(new Resize.ShorterSide(size.path("shortest_edge").asInt()));
        }
        return crop(size).map(exact -> new Resize.Exact(exact.height(), exact.width()));
    }

    private static Optional<Crop> crop(JsonNode size) {
        if (size.isInt()) {
            return Optional.of(new Crop(size.asInt(), size.asInt()));
        }
        return size.has("height") && size.has("width")
                ? Optional.of(
                        new Crop(size.path("height").asInt(), size.path("width").asInt()))
                : Optional.empty();
    }

    private static Optional<Resampling> resampling(JsonNode code) {
        Resampling[] all = Resampling.values();
        return code.isInt() && code.asInt() >= 0 && code.asInt() < all.length
                ? Optional.of(all[code.asInt()])
                : Optional.empty();
    }

    private static Optional<Resampling> resampling(String name) {
        for (Resampling resampling : Resampling.values()) {
            if (resampling.name().equals(name.toUpperCase(Locale.ROOT))) {
                return Optional.of(resampling);
            }
        }
        return Optional.empty();
    }

    /** out_indices counts the stem as 0, hence block k as k + 1. */
    private static List<Integer> backboneLayers(JsonNode model) {
        List<Integer> layers = new ArrayList<>();
        for (JsonNode index : model.path("backbone_config").path("out_indices")) {
            layers.add(index.asInt() - 1);
        }
        return layers;
    }

    private static OptionalDouble ropeTheta(JsonNode arguments) {
        for (JsonNode theta : List.of(
                arguments.path("rope_theta"),
                arguments.path("rope_parameters").path("rope_theta"),
                arguments.path("rope_temperature"))) {
            if (theta.isNumber()) {
                return OptionalDouble.of(theta.asDouble());
            }
        }
        return OptionalDouble.empty();
    }

    private static List<Double> numbers(JsonNode list, double unit) {
        List<Double> numbers = new ArrayList<>();
        list.forEach(number -> numbers.add(number.asDouble() / unit));
        return numbers;
    }

    private static OptionalInt integer(JsonNode node, String... names) {
        for (String name : names) {
            if (node.path(name).isInt()) {
                return OptionalInt.of(node.path(name).asInt());
            }
        }
        return node.isInt() ? OptionalInt.of(node.asInt()) : OptionalInt.empty();
    }

    private static OptionalDouble number(JsonNode node, String name) {
        return node.path(name).isNumber() ? OptionalDouble.of(node.path(name).asDouble()) : OptionalDouble.empty();
    }

    private static Optional<Boolean> flag(JsonNode node, String... names) {
        for (String name : names) {
            if (node.path(name).isBoolean()) {
                return Optional.of(node.path(name).asBoolean());
            }
        }
        return Optional.empty();
    }

    private static Optional<String> text(JsonNode node, String name) {
        return node.path(name).isTextual() ? Optional.of(node.path(name).asText()) : Optional.empty();
    }

    private static JsonNode json(Path file) {
        try {
            JsonNode node = JSON.readTree(Files.readAllBytes(file));
            if (node != null && node.isObject()) {
                return node;
            }
            throw new CheckpointException(file + ": holds no JSON object. Delete it or fetch it again.");
        } catch (IOException e) {
            throw new CheckpointException(
                    file + ": cannot be read as JSON: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                            + ". Delete it or fetch it again.",
                    e);
        }
    }
}
