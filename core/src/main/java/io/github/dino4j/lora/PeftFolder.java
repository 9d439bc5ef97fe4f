package io.github.dino4j.lora;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.dino4j.nn.LinearShape;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An adapter as Hugging Face's PEFT keeps it: a folder with a config and the weights. */
public final class PeftFolder {
    static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PREFIX = "base_model.model.";
    private static final Pattern FACTOR =
            Pattern.compile("(?:base_model\\.model\\.)?(.+)\\.lora_([AB])(?:\\.default)?\\.weight");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private PeftFolder() {}

    /**
     * Reads a folder.
     *
     * @param layers of the backbone, which settle what names leave open; may be empty
     * @throws CheckpointException if it is damaged, adapts modules of no DINO model, or has a feature that is not computed
     */
    static Lora read(Path folder, List<LinearShape> layers) {
        PeftConfig config = PeftConfig.read(folder.resolve(CONFIG));
        Path file = folder.resolve(WEIGHTS);
        if (!Files.exists(file)) {
            file = folder.resolve("adapter_model.bin");
        }
        Map<String, StoredTensor> a = new LinkedHashMap<>();
        Map<String, StoredTensor> b = new LinkedHashMap<>();
        StateDict tensors = Checkpoints.tensors(file);
        for (Map.Entry<String, StoredTensor> tensor : tensors.tensors().entrySet()) {
            Matcher factor = FACTOR.matcher(tensor.getKey());
            if (!factor.matches()) {
                throw new CheckpointException(file + ": '" + tensor.getKey()
                        + "' belongs to no plain LoRA, whose weights" + " end in lora_A.weight and lora_B.weight");
            }
            (factor.group(2).equals("A") ? a : b).put(factor.group(1), tensor.getValue());
        }
        if (a.isEmpty() || !a.keySet().equals(b.keySet())) {
            throw new CheckpointException(file + ": " + a.size() + " matrices A and " + b.size()
                    + " B do not pair; the file is damaged or was saved half");
        }
        PeftNames names = names(file, a.keySet(), layers);
        Map<String, LoraFactors> factors = new TreeMap<>();
        for (String module : a.keySet()) {
            List<String> keys = names.keys(module).orElseThrow();
            split(LoraFile.pair(file, module, config.rank(), tensor(a, module), tensor(b, module)), keys, factors);
        }
        LoraSpec spec = new LoraSpec(
                config.rank(),
                OptionalDouble.of(config.alpha()),
                config.dropout(),
                targets(factors.keySet()),
                blocks(factors.keySet(), layers));
        return new Lora(spec, config.backbone(), factors);
    }

    private static StoredTensor tensor(Map<String, StoredTensor> tensors, String name) {
        return java.util.Objects.requireNonNull(tensors.get(name));
    }

    private static PeftNames names(Path file, Set<String> modules, List<LinearShape> layers) {
        Set<String> known = new HashSet<>();
        Site.of(layers).forEach(site -> known.add(site.key()));
        List<PeftNames> fitting = Arrays.stream(PeftNames.values())
                .filter(names ->
                        modules.stream().allMatch(module -> names.keys(module).isPresent()))
                .toList();
        if (fitting.isEmpty()) {
            throw new CheckpointException(
                    file + ": adapts modules such as '" + modules.iterator().next()
                            + "', which no DINO model of transformers or torch.hub has, or a mixture");
        }
        return fitting.stream()
                .filter(names -> modules.stream()
                        .allMatch(module -> known.containsAll(names.keys(module).orElseThrow())))
                .findFirst()
                .orElse(fitting.get(0));
    }

    /** Rows of several targets in one module share A. */
    private static void split(LoraFactors pair, List<String> keys, Map<String, LoraFactors> factors) {
        float[] b = pair.b();
        int part = b.length / keys.size();
        for (int i = 0; i < keys.size(); i++) {
            factors.put(
                    keys.get(i),
                    new LoraFactors(pair.rank(), pair.a(), Arrays.copyOfRange(b, i * part, (i + 1) * part)));
        }
    }

    private static Set<Target> targets(Set<String> keys) {
        Set<Target> targets = EnumSet.noneOf(Target.class);
        keys.forEach(key -> targets.add(Target.of(key.substring(key.lastIndexOf('.') + 1))));
        return targets;
    }

    /** Blocks of a vision transformer by number; where stages make numbers unclear, the factors themselves say it. */
    private static BlockRange blocks(Set<String> keys, List<LinearShape> layers) {
        java.util.TreeSet<Integer> numbers = new java.util.TreeSet<>();
        for (String key : keys) {
            if (!key.startsWith("blocks.")) {
                return BlockRange.ALL;
            }
            numbers.add(Integer.parseInt(key.split("\\.", -1)[1]));
        }
        boolean further = layers.stream().anyMatch(layer -> layer.name().startsWith("blocks." + numbers.size() + "."));
        if (numbers.first() == 0 && numbers.last() == numbers.size() - 1 && !further) {
            return BlockRange.ALL;
        }
        return new BlockRange(
                String.join(",", numbers.stream().map(String::valueOf).toList()));
    }

    /**
     * Writes a folder.
     *
     * @param names of the library whose model it shall adapt
     * @throws IllegalArgumentException if a target has no module of its own there and its neighbours in the module have
     *     another A
     */
    public static void write(Lora lora, Path folder, PeftNames names) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        List<String> modules = new ArrayList<>();
        Set<String> written = new HashSet<>();
        Set<String> blocks = new java.util.LinkedHashSet<>();
        lora.factors().keySet().forEach(key -> blocks.add(key.substring(0, key.lastIndexOf('.'))));
        for (String block : blocks) {
            for (PeftNames.Row row : names.rows()) {
                List<String> keys =
                        row.targets().stream().map(t -> block + "." + t.label()).toList();
                if (row.module(block).isPresent()
                        && lora.factors().keySet().containsAll(keys)
                        && !written.contains(keys.get(0))) {
                    String module = row.module(block).get();
                    modules.add(module);
                    written.addAll(keys);
                    put(tensors, module, keys.stream().map(lora.factors()::get).toList());
                }
            }
        }
        for (String key : lora.factors().keySet()) {
            if (!written.contains(key)) {
                throw new IllegalArgumentException("'" + key + "' has no module of its own under the names of " + names
                        + "; keep the adapter in Dino4J's own form, or merge it");
            }
        }
        try {
            Files.createDirectories(folder);
            Safetensors.write(folder.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
            Path temporary = Files.createTempFile(folder, ".adapter", ".tmp");
            try {
                Files.write(temporary, JSON.writeValueAsBytes(config(lora, modules)));
                Files.move(temporary, folder.resolve(CONFIG), StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new CheckpointException(folder + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static void put(Map<String, StoredTensor> tensors, String module, List<LoraFactors> parts) {
        LoraFactors first = parts.get(0);
        List<StoredTensor> rows = new ArrayList<>();
        for (LoraFactors part : parts) {
            if (!part.sharesInput(first)) {
                throw new IllegalArgumentException("'" + module + "' holds the rows of " + parts.size()
                        + " targets, which PEFT gives one A, and this adapter has several; keep it in Dino4J's own form,"
                        + " or merge it");
            }
            rows.add(LoraFile.matrix(part.b(), part.out(), part.rank()));
        }
        tensors.put(PREFIX + module + ".lora_A.weight", LoraFile.matrix(first.a(), first.rank(), first.in()));
        tensors.put(
                PREFIX + module + ".lora_B.weight", rows.size() == 1 ? rows.get(0) : new StoredTensor.Concat(0, rows));
    }

    private static Map<String, Object> config(Lora lora, List<String> modules) {
        LoraSpec spec = lora.spec();
        double alpha = spec.alpha().orElse(spec.rank());
        Map<String, Object> json = new LinkedHashMap<>();
        lora.backbone().ifPresent(name -> json.put("base_model_name_or_path", name));
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        json.put("lora_alpha", alpha == Math.rint(alpha) ? (Object) (long) alpha : (Object) alpha);
        json.put("lora_dropout", spec.dropout());
        json.put("peft_type", "LORA");
        json.put("r", spec.rank());
        json.put("target_modules", modules); // full names: "output.dense" alone would name two layers of a block
        json.put("use_dora", false);
        json.put("use_rslora", false);
        return json;
    }
}
