package io.github.dino4j.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model in several files: an index says which tensor lies in which. */
record Shards(StateDict tensors, Container container) {
    private static final long MAX_INDEX = 100_000_000;

    /** Opens an index, {@code {"weight_map": {tensor: file}}}, and every file that it names. */
    static Shards open(Path index) {
        Map<String, String> fileOfTensor = weightMap(index);
        List<String> missingFiles = fileOfTensor.values().stream()
                .distinct()
                .filter(file -> !Files.exists(index.resolveSibling(file)))
                .toList();
        if (!missingFiles.isEmpty()) {
            throw new CheckpointException(index + ": the files " + StateDict.quoted(missingFiles, 10)
                    + " that it names are missing. Put them into the same folder.");
        }
        boolean safetensors = fileOfTensor.values().stream().allMatch(file -> file.endsWith(".safetensors"));
        Map<String, StateDict> shards = new LinkedHashMap<>();
        for (String file : fileOfTensor.values()) {
            shards.computeIfAbsent(file, name -> openShard(index.resolveSibling(name), safetensors));
        }
        return new Shards(
                StateDict.of(collect(index, fileOfTensor, shards)),
                safetensors ? Container.SAFETENSORS_SHARDS : Container.TORCH_SHARDS);
    }

    private static StateDict openShard(Path file, boolean safetensors) {
        return safetensors ? Safetensors.open(file) : TorchCheckpoint.open(file).tensors();
    }

    private static Map<String, StoredTensor> collect(
            Path index, Map<String, String> fileOfTensor, Map<String, StateDict> shards) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        fileOfTensor.forEach((name, file) -> {
            StateDict shard = shards.getOrDefault(file, StateDict.empty());
            shard.find(name).ifPresentOrElse(tensor -> tensors.put(name, tensor), () -> missing.add(name));
        });
        if (!missing.isEmpty()) {
            throw new CheckpointException(index + ": the tensors " + StateDict.quoted(missing, 10)
                    + " are not in the files that it names for them. Index and files are of different versions;"
                    + " fetch all of them again.");
        }
        shards.values().forEach(shard -> shard.tensors().forEach(tensors::putIfAbsent));
        return tensors;
    }

    private static Map<String, String> weightMap(Path index) {
        JsonNode json;
        try {
            if (Files.size(index) > MAX_INDEX) {
                throw new CheckpointException(index + ": is too large for an index of shards.");
            }
            json = new ObjectMapper().readTree(Files.readAllBytes(index));
        } catch (IOException e) {
            throw new CheckpointException(
                    index + ": is not valid JSON: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
        if (!json.path("weight_map").isObject()) {
            throw new CheckpointException(index + ": is JSON without a weight_map, so no index of weights."
                    + " Give the weights (.safetensors, .pth) or the folder that holds them.");
        }
        Map<String, String> map = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : json.path("weight_map").properties()) {
            String file = entry.getValue().asText();
            if (file.isEmpty() || file.matches(".*[/\\\\:].*") || file.startsWith("..")) {
                throw new CheckpointException(
                        index + ": names the file '" + file + "'; only files of its own folder are read.");
            }
            map.put(entry.getKey(), file);
        }
        return map;
    }
}
