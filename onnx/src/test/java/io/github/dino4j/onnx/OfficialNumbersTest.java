package io.github.dino4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exported files of the published shapes in ONNX Runtime, against what the official code gave: not by way of ours. */
@Tag("golden")
class OfficialNumbersTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "v1_vit_tiny16_240x176, false",
        "v1_vit_small8_96x96, true", // only in the full set
        "v2_vits14_98x140, true",
        "v2_vits14_reg_98x140, true",
        "v3_vits16plus_224, false",
        "v3_vits16_256x192, true" // only in the full set
    })
    void areGivenByTheFileToo(String name, boolean openSize) throws OrtException {
        GoldenCase golden = GoldenCase.read(find(name));
        FloatArray x = golden.input("x");
        long[] shape = x.shape();
        OnnxOptions options = OnnxOptions.DEFAULT.withCheck(false);
        Path file = folder.resolve("m.onnx");

        OnnxExporter.export(
                checkpoint(golden),
                file,
                openSize ? options.withDynamicSize() : options.withSize((int) shape[2], (int) shape[3]));

        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(file.toString())) {
            Map<String, OnnxCheck.Output> found = OnnxCheck.theirs(environment, session, x.values(), shape);
            int compared = compare(golden, found, "cls", "x_norm_clstoken", "cls")
                    + compare(golden, found, "patches", "x_norm_patchtokens")
                    + compare(golden, found, "registers", "x_norm_regtokens", "x_storage_tokens");
            assertThat(compared).isPositive();
        }
    }

    private static int compare(
            GoldenCase golden, Map<String, OnnxCheck.Output> found, String output, String... officialNames) {
        int compared = 0;
        for (GoldenCase.Output official : golden.outputs()) {
            if (Stream.of(officialNames).anyMatch(official.name()::equals) && found.containsKey(output)) {
                assertThat(golden.maxAbsError(official, found.get(output).values()))
                        .as(official.name())
                        .isLessThan(1e-4);
                compared++;
            }
        }
        return compared;
    }

    private static Path find(String name) {
        Stream<String> asked = Stream.of(System.getProperty("dino4j.golden", "").split(","));
        Stream<String> usual = Stream.of("../core/src/test/resources/golden/backbone", "../../shared/golden/backbone");
        return Stream.concat(asked, usual)
                .map(place -> Path.of(place, name + ".json"))
                .filter(Files::exists)
                .findFirst()
                .orElseGet(() -> {
                    assumeTrue(false, name + ": needs ../shared/golden, which is not here");
                    throw new AssertionError();
                });
    }

    private Path checkpoint(GoldenCase golden) {
        Map<String, StoredTensor> weights = new LinkedHashMap<>();
        golden.weights()
                .forEach(
                        (name, values) -> weights.put(name, StoredTensor.InMemory.of(values.shape(), values.values())));
        Path file = folder.resolve("checkpoint.safetensors");
        Safetensors.write(file, weights, Map.of());
        return file;
    }
}
