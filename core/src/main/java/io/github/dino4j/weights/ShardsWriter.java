package io.github.dino4j.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** Writes a model as several safetensors files and their index, in a folder of its own until all of it is complete. */
final class ShardsWriter {
    private static final String INDEX = "model.safetensors.index.json";

    private ShardsWriter() {}

    static void write(
            Path folder, Map<String, ? extends StoredTensor> tensors, Map<String, String> metadata, long maxBytes) {
        Path stage = folder.toAbsolutePath().resolve("." + UUID.randomUUID() + ".tmp");
        try {
            Files.createDirectories(stage);
            List<Map<String, StoredTensor>> shards = split(tensors, maxBytes);
            ObjectNode index = new ObjectMapper().createObjectNode();
            index.putObject("metadata")
                    .put(
                            "total_size",
                            tensors.values().stream()
                                    .mapToLong(StoredTensor::bytes)
                                    .sum());
            ObjectNode weightMap = index.putObject("weight_map");
            List<String> files = new ArrayList<>();
            for (int i = 0; i < shards.size(); i++) {
                String file = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
                SafetensorsWriter.write(stage.resolve(file), shards.get(i), metadata);
                shards.get(i).keySet().forEach(name -> weightMap.put(name, file));
                files.add(file);
            }
            Files.writeString(stage.resolve(INDEX), index.toPrettyString());
            files.add(INDEX); // last: who reads by the index sees all shards or the old state
            for (String file : files) {
                Files.move(stage.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new CheckpointException(
                    folder + ": cannot be written: " + e + ". Check the folder's permissions and the free space.", e);
        } finally {
            delete(stage);
        }
    }

    /** In the order of names, a new shard where the next tensor would pass the limit. */
    private static List<Map<String, StoredTensor>> split(Map<String, ? extends StoredTensor> tensors, long maxBytes) {
        List<Map<String, StoredTensor>> shards = new ArrayList<>();
        long room = 0;
        for (Map.Entry<String, StoredTensor> entry : new TreeMap<String, StoredTensor>(tensors).entrySet()) {
            long bytes = entry.getValue().bytes();
            if (shards.isEmpty() || bytes > room) {
                shards.add(new LinkedHashMap<>());
                room = maxBytes;
            }
            shards.get(shards.size() - 1).put(entry.getKey(), entry.getValue());
            room -= bytes;
        }
        return shards;
    }

    private static void delete(Path stage) {
        try (Stream<Path> files = Files.list(stage)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(stage);
        } catch (IOException e) {
            stage.toFile().deleteOnExit(); // the first error matters more than this one
        }
    }
}
