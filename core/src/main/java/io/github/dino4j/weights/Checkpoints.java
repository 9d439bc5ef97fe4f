package io.github.dino4j.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Opens checkpoints: a safetensors file, an index of several, a file of torch.save in either format, or a folder as a
 * model repository has it. What a file is, its content decides. Only headers are read.
 */
public final class Checkpoints {
    /** Names inside of a backbone. One of these that no rule knows means another architecture, not a head. */
    private static final List<String> BACKBONE_PARTS = List.of(
            "blocks.",
            "cls_attn_blocks.",
            "patch_embed.",
            "layer.",
            "encoder.layer.",
            "stages.",
            "downsample_layers.",
            "embeddings.",
            "stem.");

    private Checkpoints() {}

    /**
     * What to take from a file that holds several models.
     *
     * @param topLevel key of the saved dict ("student"); absent: teacher, else model_ema, model, module, state_dict,
     *     else the dict itself
     */
    public record Options(Optional<String> topLevel) {
        public static final Options DEFAULT = new Options(Optional.empty());

        public Options withTopLevel(String key) {
            return new Options(Optional.of(key));
        }
    }

    /** Opens with the defaults. */
    public static Checkpoint open(Path path) {
        return open(path, Options.DEFAULT);
    }

    /**
     * Opens a file or folder.
     *
     * @throws CheckpointException if it is missing, damaged, hostile, or of a naming that is not known; then the message
     *     lists the first names
     */
    public static Checkpoint open(Path path, Options options) {
        Source source = Source.open(path, options);
        List<String> warnings = new ArrayList<>();
        Hints hints = HintsReader.read(source.config(), source.preprocessor(), source.names(), warnings);
        NamingDetector.Detected detected =
                NamingDetector.detect(source.tensors().names()).orElseThrow(() -> unknown(path, source.tensors()));

        Map<String, String> inFile = new LinkedHashMap<>(); // name without prefix -> name in the file
        Map<String, StoredTensor> backbone = new LinkedHashMap<>();
        KeyNaming naming = KeyNaming.of(detected.naming());
        for (Map.Entry<String, StoredTensor> entry : source.tensors().tensors().entrySet()) {
            if (entry.getKey().startsWith(detected.prefix())) {
                String name = entry.getKey().substring(detected.prefix().length());
                inFile.put(naming.rewrite(name), entry.getKey());
                backbone.put(name, entry.getValue());
            }
        }
        KeyNaming.Renamed renamed = naming.rename(backbone);
        refuseForeignParts(path, detected, renamed.unknown());
        List<String> dropped = renamed.dropped().stream()
                .map(name -> inFile.getOrDefault(name, name))
                .toList();
        List<String> unknown = renamed.unknown().stream()
                .map(name -> inFile.getOrDefault(name, name))
                .toList();
        StateDict extras =
                source.tensors().select(name -> unknown.contains(name) || !name.startsWith(detected.prefix()));
        replaceBrokenMasks(renamed.tensors(), warnings);
        return new Checkpoint(
                path,
                source.container(),
                detected.naming(),
                StateDict.of(renamed.tensors()),
                extras,
                hints,
                source.metadata(),
                new Explanation(
                        path,
                        source.container(),
                        source.topLevel(),
                        detected.naming(),
                        detected.prefix(),
                        steps(naming, backbone.keySet(), renamed.applied()),
                        dropped,
                        extras.names(),
                        warnings));
    }

    /**
     * All tensors of a file or folder under their own names, for files of heads alone: nothing is renamed. Of a saved
     * dict that holds one, the part called model or state_dict is taken.
     *
     * @throws CheckpointException if it is missing, damaged or hostile
     */
    public static StateDict tensors(Path path) {
        return Source.open(path, Options.DEFAULT).tensors();
    }

    private static List<Explanation.Step> steps(KeyNaming naming, Set<String> names, Map<Rule, Integer> applied) {
        List<Explanation.Step> steps = new ArrayList<>(naming.rewritten(names));
        applied.forEach((rule, count) -> {
            if (rule.kind() != Rule.Kind.DROP) {
                steps.add(new Explanation.Step(rule.kind().label(), rule.toString(), count));
            }
        });
        return steps;
    }

    private static void refuseForeignParts(Path path, NamingDetector.Detected detected, List<String> unknown) {
        List<String> foreign = unknown.stream()
                .filter(name -> BACKBONE_PARTS.stream().anyMatch(name::startsWith))
                .toList();
        if (detected.naming() != Naming.HEAD_ONLY && !foreign.isEmpty()) {
            throw new CheckpointException(path + ": looks like "
                    + detected.naming().label()
                    + ", but this naming has no tensor "
                    + StateDict.quoted(foreign, 5) + ". It is another architecture; Dino4J would compute something else"
                    + " with it and refuses it.");
        }
    }

    /** Meta's class makes bias_mask as NaN and fills it when weights are initialised; a file may hold it unfilled. */
    private static void replaceBrokenMasks(Map<String, StoredTensor> weights, List<String> warnings) {
        List<String> broken = weights.keySet().stream()
                .filter(name -> name.endsWith(".attn.qkv.bias_mask"))
                .filter(name -> Optional.ofNullable(weights.get(name))
                        .filter(Checkpoints::hasNaN)
                        .isPresent())
                .toList();
        for (String name : broken) {
            weights.computeIfPresent(
                    name, (key, mask) -> Conversion.JoinBiases.mask(mask.sliced(0, 0, mask.shape()[0] / 3)));
        }
        if (!broken.isEmpty()) {
            warnings.add(broken.size() + " bias_mask tensors hold NaN, as a DINOv3 model has before its weights are"
                    + " initialised; using [1; 0; 1]");
        }
    }

    private static boolean hasNaN(StoredTensor tensor) {
        for (float value : tensor.toFloats()) {
            if (Float.isNaN(value)) {
                return true;
            }
        }
        return false;
    }

    private static CheckpointException unknown(Path path, StateDict tensors) {
        return new CheckpointException(path + ": no DINO backbone or head known to Dino4J is in it. Its "
                + tensors.size() + " tensors are " + tensors.firstNames(8)
                + ". Give a checkpoint of Meta, Hugging Face or timm, or its state_dict.");
    }
}
