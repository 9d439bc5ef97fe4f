package io.github.dino4j.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that a resumed run must find again in one safetensors file: tensors by name, where the run is in the file's
 * metadata. Whole numbers are kept as float32, exact up to 2^24. For the trainer's thread.
 */
final class Snapshots {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FORMAT = "dino4j training checkpoint 1";

    private Snapshots() {}

    /** The file appears whole or not at all, and is on the disk when this returns. */
    static void write(Path file, Map<String, Tensor> state, Progress progress, String fingerprint, String title) {
        try (Scope scope = Scope.inference()) {
            Map<String, StoredTensor> stored = new LinkedHashMap<>();
            state.forEach((name, tensor) -> stored.put(name, new StoredTensor.InEngine(float32(name, tensor))));
            Safetensors.write(
                    file,
                    stored,
                    Map.of(
                            "format",
                            FORMAT,
                            "task",
                            title,
                            "fingerprint",
                            fingerprint,
                            "progress",
                            JSON.writeValueAsString(progress)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("progress cannot be written as JSON", e);
        }
    }

    private static Tensor float32(String name, Tensor tensor) {
        if (tensor.dtype() == DType.F64) {
            throw new IllegalArgumentException("'" + name + "' is " + tensor.describe()
                    + "; a checkpoint would lose half of its digits, keep it as float32");
        }
        return tensor.detach().to(DType.F32);
    }

    /**
     * Where the run was.
     *
     * @throws CheckpointException if the file is no checkpoint of a run with this fingerprint
     */
    static Progress progress(Path file, String fingerprint) {
        Map<String, String> metadata = Safetensors.metadata(file);
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new CheckpointException(file + ": is no checkpoint of a training run ('" + metadata.get("format")
                    + "' where '" + FORMAT + "' was expected)");
        }
        if (!fingerprint.equals(metadata.get("fingerprint"))) {
            throw new CheckpointException(
                    file + ": is of another run than the run.json beside its folder;" + " put the right files back");
        }
        try {
            return JSON.readValue(metadata.getOrDefault("progress", ""), Progress.class);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file + ": does not say where the run is: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Copies the values of a file into these very tensors.
     *
     * @throws CheckpointException naming everything missing, misshapen or unknown; nothing was changed then
     */
    static void read(Path file, Map<String, Tensor> state) {
        StateDict stored = Safetensors.open(file);
        List<String> wrong = new ArrayList<>();
        state.forEach((name, tensor) -> {
            if (!stored.contains(name)) {
                wrong.add("'" + name + "' is missing");
            } else if (!Arrays.equals(stored.get(name).shape(), tensor.shape())) {
                wrong.add(
                        "'" + name + "' is " + Arrays.toString(stored.get(name).shape()) + ", the run needs "
                                + Arrays.toString(tensor.shape()));
            }
        });
        stored.names().stream()
                .filter(name -> !state.containsKey(name))
                .forEach(name -> wrong.add("'" + name + "' is unknown to the run"));
        if (!wrong.isEmpty()) {
            throw new CheckpointException(file + ": does not fit the run: " + String.join("; ", wrong));
        }
        state.forEach((name, tensor) -> {
            try (Scope scope = Scope.inference()) {
                tensor.copyFrom(Tensor.of(stored.get(name).toFloats(), tensor.shape()));
            }
        });
    }
}
