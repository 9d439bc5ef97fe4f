package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Encoding;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.Reference;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Backbones read from checkpoint files and folders as a user reads them. The names of the outputs say which numbers they
 * hold: {@code cls}, {@code patch}, {@code reg}, {@code storage} or all {@code tokens}, of which input, by whose code.
 */
final class CheckpointComponent implements GoldenComponent {
    private static final Pattern OUTPUT = Pattern.compile("(cls|patch|patches|reg|storage|tokens|logits)"
            + "(?:_(x2))?(?:_(official|hf|timm|file|recomputed|fp16|bf16|eps1e-6|eps1e-12))?"
            + "|tokens_(eps1e-6|eps1e-12)|cls_(eps1e-6)");

    @Override
    public boolean handles(GoldenCase golden) {
        return !files(golden).isEmpty()
                && golden.outputs().stream()
                        .allMatch(o -> OUTPUT.matcher(o.name()).matches())
                && golden.inputNames().contains("x");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        for (GoldenCase.Output output : golden.outputs()) {
            Matcher name = OUTPUT.matcher(output.name());
            if (!name.matches()) {
                throw new AssertionError(output.name());
            }
            String what = name.group(1) == null ? output.name().replaceFirst("_.*", "") : name.group(1);
            String input = name.group(2) == null ? "x" : name.group(2);
            String variant = output.name().replaceFirst("^" + what + "_?", "").replaceFirst("^x2_?", "");
            for (Path file : filesOf(golden, output.name())) {
                try (Model model = Model.load(file, options(variant))) {
                    model.run(backbone -> {
                        Tensor x = BackboneComponent.tensor(golden.input(input));
                        check.expect(output.name(), read(what, backbone, x, file));
                        return null;
                    });
                }
            }
        }
    }

    private static Tensor read(String what, Backbone backbone, Tensor x, Path file) {
        Encoding encoding = backbone.forward(x);
        Tokens tokens = encoding.normed();
        return switch (what) {
            case "cls" -> tokens.cls();
            case "reg", "storage" -> tokens.registers();
            case "patch", "patches" -> tokens.patches();
            case "logits" -> logits(tokens, file);
            default -> tokens.tokens();
        };
    }

    /** The classifier that transformers keeps beside the backbone, on class token and mean patch. */
    private static Tensor logits(Tokens tokens, Path file) {
        Checkpoint checkpoint = Checkpoints.open(file);
        Tensor weight = tensor(checkpoint, "classifier.weight");
        return Tensor.cat(1, tokens.cls(), tokens.meanPatch()).linear(weight, tensor(checkpoint, "classifier.bias"));
    }

    private static Tensor tensor(Checkpoint checkpoint, String name) {
        return Tensor.of(
                checkpoint.extras().get(name).toFloats(),
                checkpoint.extras().get(name).shape());
    }

    private static LoadOptions options(String variant) {
        return switch (variant) {
            case "hf", "eps1e-12" -> LoadOptions.DEFAULT.withReference(Reference.HUGGING_FACE);
            case "timm" -> LoadOptions.DEFAULT.withReference(Reference.TIMM);
            case "recomputed" -> LoadOptions.DEFAULT.withPeriods(LoadOptions.Periods.FLOAT32);
            default -> LoadOptions.DEFAULT;
        };
    }

    private static List<Path> files(GoldenCase golden) {
        return filesOf(golden, "");
    }

    /** Files whose backbone gives an output; with an empty name, all of them. */
    private static List<Path> filesOf(GoldenCase golden, String output) {
        List<Path> files = new ArrayList<>();
        if (golden.json().has("checkpoint")) {
            files.add(golden.file()
                    .resolveSibling(golden.json().path("checkpoint").asText()));
        }
        golden.json().path("files").properties().forEach(entry -> {
            if (entry.getValue().isArray()) { // {"cls, patches": [files]}
                if (output.isEmpty() || List.of(entry.getKey().split(", ")).contains(output)) {
                    for (JsonNode file : entry.getValue()) {
                        files.add(golden.file().resolveSibling(file.asText().split(" \\+ ")[0]));
                    }
                }
            } else { // {file: remark}
                files.add(golden.file().resolveSibling(entry.getKey()));
            }
        });
        return files;
    }
}
