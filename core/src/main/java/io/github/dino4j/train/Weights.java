package io.github.dino4j.train;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.export.Fingerprint;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A head and its backbone as the trainer sees them: groups of variables, state, files; and how the head gets its tokens. */
record Weights(LearningBackbone backbone, LearningHead<?> head, Optional<FeatureCache> cache) {
    static Weights of(LearningBackbone backbone, LearningHead<?> head, Optional<FeatureCache> cache) {
        if (cache.isPresent()) {
            requireFrozen(backbone);
        }
        return new Weights(backbone, head, cache);
    }

    /** Refuses to keep features that change. */
    static void requireFrozen(LearningBackbone backbone) {
        if (!backbone.isFrozen()) {
            throw new IllegalArgumentException("features of a backbone that learns (" + backbone.title()
                    + ") change with every step and cannot be kept; leave the cache away");
        }
    }

    List<ParameterGroup> groups() {
        List<ParameterGroup> groups = new ArrayList<>();
        groups.add(ParameterGroup.of("head", prefixed("head.", head.variables())));
        if (!backbone.isFrozen()) {
            groups.add(ParameterGroup.of("backbone", prefixed("backbone.", backbone.variables())));
        }
        return groups;
    }

    Map<String, Tensor> state() {
        Map<String, Tensor> state = prefixed("head.", head.tensors());
        state.putAll(prefixed("backbone.", backbone.variables()));
        return state;
    }

    List<Tokens> read(Taps taps, Tensor pixels, List<Input> inputs) {
        return cache.map(features -> features.read(backbone, taps, inputs))
                .orElseGet(() -> backbone.read(pixels, taps));
    }

    List<Path> export(Path folder, String file, Map<String, String> metadata) throws IOException {
        Files.createDirectories(folder);
        List<Path> files = new ArrayList<>(backbone.export(folder, metadata));
        Path saved = folder.resolve(file);
        head.save(saved, notes(metadata, files));
        files.add(0, saved);
        return files;
    }

    /** What a head's file says: the metadata, and which adapter the head stands on if there is one among the backbone's files. */
    static Map<String, String> notes(Map<String, String> metadata, List<Path> ofBackbone) {
        Map<String, String> notes = new LinkedHashMap<>(metadata);
        ofBackbone.stream()
                .filter(made -> made.endsWith(LoraBackbone.FILE))
                .forEach(adapter -> notes.put(LoraBackbone.METADATA_KEY, Fingerprint.of(adapter)));
        return notes;
    }

    private static Map<String, Tensor> prefixed(String prefix, Map<String, Tensor> tensors) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> named.put(prefix + name, tensor));
        return named;
    }
}
