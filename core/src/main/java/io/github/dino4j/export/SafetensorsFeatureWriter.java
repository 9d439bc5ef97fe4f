package io.github.dino4j.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * safetensors: one tensor {@code features} [N, dim] with the images in the metadata as a JSON list {@code paths}; where
 * dense one tensor [rows, columns, dim] an image, called as its path.
 */
record SafetensorsFeatureWriter() implements FeatureWriter {
    @Override
    public void write(Path file, FeatureTable table) throws IOException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>(table.source().toMap());
        if (table.dense()) {
            table.rows().forEach(row -> tensors.put(row.image(), table.tensor(row)));
        } else {
            tensors.put(
                    "features",
                    table.region(0, table.rows().size(), table.source().dim()));
            metadata.put(
                    "paths",
                    new ObjectMapper()
                            .writeValueAsString(table.rows().stream()
                                    .map(FeatureTable.Row::image)
                                    .toList()));
        }
        Safetensors.write(file, tensors, metadata);
    }
}
