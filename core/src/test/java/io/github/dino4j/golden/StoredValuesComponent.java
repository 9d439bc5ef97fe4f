package io.github.dino4j.golden;

import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import io.github.dino4j.weights.TorchCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Values of tensors as files hold them: every file whose name begins as the case's does. */
final class StoredValuesComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().equals("synthetic") && golden.inputNames().isEmpty();
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        for (Path file : files(golden)) {
            StateDict tensors = file.toString().endsWith(".safetensors")
                    ? Safetensors.open(file)
                    : TorchCheckpoint.open(file).tensors();
            for (GoldenCase.Output output : golden.outputs()) {
                StoredTensor tensor = tensors.get(output.name());
                check.expect(output.name(), tensor.shape(), tensor.toFloats());
            }
        }
    }

    private static List<Path> files(GoldenCase golden) {
        String stem = golden.name().replaceFirst("_values$", "");
        try (Stream<Path> files = Files.list(golden.file().getParent())) {
            return files.filter(f -> f.getFileName().toString().matches(stem + "_[a-z0-9]+\\.(pth|safetensors)"))
                    .filter(f -> !f.getFileName().toString().equals(golden.name() + ".safetensors"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
