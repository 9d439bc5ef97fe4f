package io.github.dino4j.weights;

import java.nio.file.Path;
import java.util.Map;

/**
 * An opened checkpoint: where its tensors lie, under official names. Immutable and thread-safe; holds no open file.
 *
 * @param path the file or folder that was opened
 * @param weights the backbone under the official Meta names; empty for {@link Naming#HEAD_ONLY}
 * @param extras everything else (heads), under the names of the file
 * @param hints what config files and names say beyond the tensors
 * @param metadata free texts of a safetensors file
 * @param explanation what was done to get here
 */
public record Checkpoint(
        Path path,
        Container container,
        Naming naming,
        StateDict weights,
        StateDict extras,
        Hints hints,
        Map<String, String> metadata,
        Explanation explanation) {
    public Checkpoint {
        metadata = Map.copyOf(metadata);
    }

    @Override
    public String toString() {
        return path + ": " + naming.label() + ", " + weights.size() + " tensors, " + extras.size() + " apart";
    }
}
