package io.github.dino4j.lora;

import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/** Dino4J's own form of an adapter. */
final class LoraFile {
    private static final String RANK = "dino4j.lora.rank";
    private static final String ALPHA = "dino4j.lora.alpha";
    private static final String DROPOUT = "dino4j.lora.dropout";
    private static final String TARGETS = "dino4j.lora.targets";
    private static final String BLOCKS = "dino4j.lora.blocks";
    private static final String BACKBONE = "dino4j.lora.backbone";

    private LoraFile() {}

    static boolean isOurs(Path file) {
        return file.toString().endsWith(".safetensors")
                && Safetensors.metadata(file).containsKey(RANK);
    }

    static void write(Lora lora, Path file, Map<String, String> more) {
        LoraSpec spec = lora.spec();
        Map<String, String> metadata = new LinkedHashMap<>(more);
        metadata.put("format", "pt");
        metadata.put(RANK, Integer.toString(spec.rank()));
        spec.alpha().ifPresent(alpha -> metadata.put(ALPHA, Double.toString(alpha)));
        metadata.put(DROPOUT, Double.toString(spec.dropout()));
        metadata.put(TARGETS, Site.labels(spec.targets()));
        metadata.put(BLOCKS, spec.blocks().text());
        lora.backbone().ifPresent(name -> metadata.put(BACKBONE, name));
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        lora.factors().forEach((key, pair) -> {
            tensors.put(key + ".a", matrix(pair.a(), pair.rank(), pair.in()));
            tensors.put(key + ".b", matrix(pair.b(), pair.out(), pair.rank()));
        });
        Safetensors.write(file, tensors, metadata);
    }

    static StoredTensor matrix(float[] values, int rows, int columns) {
        return StoredTensor.InMemory.of(new long[] {rows, columns}, values);
    }

    static Lora read(Path file) {
        Map<String, String> metadata = Safetensors.metadata(file);
        try {
            Set<Target> targets = EnumSet.noneOf(Target.class);
            for (String label : text(metadata, TARGETS).split(",", -1)) {
                targets.add(Target.of(label));
            }
            LoraSpec spec = new LoraSpec(
                    Integer.parseInt(text(metadata, RANK)),
                    metadata.containsKey(ALPHA)
                            ? OptionalDouble.of(Double.parseDouble(text(metadata, ALPHA)))
                            : OptionalDouble.empty(),
                    Double.parseDouble(metadata.getOrDefault(DROPOUT, "0")),
                    targets,
                    new BlockRange(metadata.getOrDefault(BLOCKS, "all")));
            Optional<String> backbone = Optional.ofNullable(metadata.get(BACKBONE));
            return new Lora(spec, backbone, factors(file, Checkpoints.tensors(file), spec.rank()));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(
                    file + ": what it says about its adapter makes no sense: " + e.getMessage() + ". Save it again.",
                    e);
        }
    }

    private static String text(Map<String, String> metadata, String key) {
        String text = metadata.get(key);
        if (text == null) {
            throw new IllegalArgumentException("'" + key + "' is missing from its metadata");
        }
        return text;
    }

    /**
     * The pairs {@code KEY.a} [r, in], {@code KEY.b} [out, r] among tensors.
     *
     * @throws CheckpointException if one is missing, of another rank, not finite, or something else lies among them
     */
    static Map<String, LoraFactors> factors(Path file, StateDict tensors, int rank) {
        Map<String, LoraFactors> factors = new TreeMap<>();
        for (String name : tensors.names()) {
            boolean known = name.endsWith(".a") || name.endsWith(".b");
            String key = known ? name.substring(0, name.length() - 2) : name;
            if (!known || !tensors.contains(key + ".a") || !tensors.contains(key + ".b")) {
                throw new CheckpointException(file + ": '" + name
                        + "' is no half of a pair A and B; the file is damaged" + " or was saved half. Save it again.");
            }
            factors.computeIfAbsent(key, k -> pair(file, k, rank, tensors.get(k + ".a"), tensors.get(k + ".b")));
        }
        return factors;
    }

    static LoraFactors pair(Path file, String key, int rank, StoredTensor a, StoredTensor b) {
        if (a.shape().length != 2
                || b.shape().length != 2
                || a.shape()[0] != rank
                || b.shape()[1] != rank
                || a.elements() == 0
                || b.elements() == 0) {
            throw new CheckpointException(file + ": A and B of '" + key + "' are "
                    + java.util.Arrays.toString(a.shape()) + " and " + java.util.Arrays.toString(b.shape())
                    + ", rank " + rank + " asks for [" + rank + ", in] and [out, " + rank + "]");
        }
        LoraFactors pair = new LoraFactors(rank, a.toFloats(), b.toFloats());
        if (!pair.isFinite()) {
            throw new CheckpointException(file + ": '" + key + "' has NaN or infinite values; the file is damaged or"
                    + " comes from a run that diverged");
        }
        return pair;
    }
}
