package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.classify.ClassifierFile;
import io.github.dino4j.classify.LinearClassifier;
import io.github.dino4j.classify.LinearInput;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Published linear classifiers of all three generations: their input and their logits. The published file of a case, and the
 * same tensors as a bare state dict, must give the same.
 */
final class LinearClassifierComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("hub/classifiers.py _LinearClassifierWrapper")
                || golden.source().contains("eval_linear.py LinearClassifier");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        boolean v1 = golden.source().contains("eval_linear.py");
        String prefix = v1 ? "classifier.linear." : "linear_head.";
        try (Scope scope = Scope.inference();
                Arena arena = new Arena()) {
            BackboneConfig config = OfficialConfig.of(golden);
            Backbone backbone = Backbone.of(config, Parameters.of(new CaseParameters(golden, "backbone.", arena)));
            LinearInput input = input(golden.config());
            Tensor x = BackboneComponent.tensor(golden.input("x"));
            List<Tokens> tokens = input.taps().read(backbone, x);
            if (check.has("features")) {
                check.expect("features", input.of(tokens));
            }
            for (Path file : files(golden, prefix, v1)) {
                try (LoadedHead<LinearClassifier> head =
                        ClassifierFile.open(file).load(config, "the case's backbone")) {
                    if (!head.head().config().input().equals(input)) {
                        throw new AssertionError(
                                file + " was read as " + head.head().config() + ", the case says " + input);
                    }
                    check.expect("logits", head.head().forward(tokens));
                }
            }
        }
    }

    private static LinearInput input(JsonNode c) {
        if (!c.has("n_last_blocks")) {
            return LinearInput.lastBlocks(c.path("layers").asInt(1));
        }
        int blocks = c.path("n_last_blocks").asInt();
        return c.path("avgpool_patchtokens").asBoolean()
                ? new LinearInput(blocks, true, LinearInput.Join.INTERLEAVED)
                : LinearInput.classTokens(blocks);
    }

    private static List<Path> files(GoldenCase golden, String prefix, boolean v1) {
        List<Path> files = new ArrayList<>();
        golden.json()
                .path("files")
                .properties()
                .forEach(file -> files.add(golden.file().resolveSibling(file.getKey())));
        try {
            Path written = Files.createTempFile("classifier", ".safetensors");
            written.toFile().deleteOnExit();
            String inFile = v1 ? "module.linear." : "";
            Safetensors.write(
                    written,
                    Map.of(
                            inFile + "weight", stored(golden.weight(prefix + "weight")),
                            inFile + "bias", stored(golden.weight(prefix + "bias"))),
                    Map.of());
            files.add(written);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static StoredTensor stored(FloatArray array) {
        return StoredTensor.InMemory.of(array.shape(), array.values());
    }
}
