package io.github.dino4j.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.predict.Identity;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.KeyNaming;
import io.github.dino4j.weights.Naming;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Writes a checkpoint as safetensors under the names of another library. Tensors go from file to file piece by piece: a
 * file of 27 GB needs no more heap than a small one.
 */
public final class CheckpointConverter {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Checkpoint checkpoint;
    private final Options options;

    /** Whose names to write. */
    public enum Library {
        OFFICIAL("official"),
        HUGGING_FACE("huggingface"),
        TIMM("timm");

        private final String label;

        Library(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /**
     * What to write.
     *
     * @param dtype element type of the weights; as stored unless said
     * @param model name in the catalogue, to be written into the file where it fits several
     * @param heads attention heads, where the checkpoint does not tell
     * @param shardBytes if present, several files of at most so many bytes and their index; the output is a folder
     */
    public record Options(
            Library library,
            Optional<DType> dtype,
            Optional<String> model,
            OptionalInt heads,
            OptionalLong shardBytes) {}

    /**
     * What was done.
     *
     * @param weights the safetensors file, or the index of several
     * @param files all files written, that one first
     * @param left official tensors that the models of this naming do without
     * @param apart tensors of the source that belong to no backbone, such as heads; not converted
     * @param model name that the file now carries; empty where the source fits several published models or none
     */
    public record Result(
            Path weights,
            List<Path> files,
            Naming naming,
            int tensors,
            long bytes,
            List<String> left,
            List<String> apart,
            Optional<String> model) {
        public Result {
            files = List.copyOf(files);
            left = List.copyOf(left);
            apart = List.copyOf(apart);
        }
    }

    public CheckpointConverter(Checkpoint checkpoint, Options options) {
        this.checkpoint = checkpoint;
        this.options = options;
    }

    /**
     * Writes the checkpoint.
     *
     * @param output a .safetensors file; or a folder, which gets {@code model.safetensors} and, under Hugging Face's names,
     *     the config.json and preprocessor_config.json of a model repository
     * @throws io.github.dino4j.weights.CheckpointException if a tensor has no place in the naming, or the file cannot be
     *     written; nothing is left behind
     */
    public Result convert(Path output) {
        boolean folder = Files.isDirectory(output) || !output.toString().endsWith(".safetensors");
        if (output.toString().matches(".*\\.(pth|pt|bin|txt|onnx|npz)") && !Files.isDirectory(output)) {
            throw new IllegalArgumentException(
                    output + ": only safetensors are written; name the file .safetensors, or a folder");
        }
        BackboneConfig config = Architecture.of(checkpoint, options.heads());
        Optional<BackboneCatalog.Entry> entry = entry(config);
        Naming naming = naming();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        StateDict renamed = KeyNaming.of(naming).write(checkpoint.weights());
        renamed.tensors().forEach((name, tensor) -> tensors.put(name, stored(name, tensor)));
        addPeriods(naming, config, tensors);
        Optional<HuggingFaceFolder> repository = folder && options.library() == Library.HUGGING_FACE
                ? Optional.of(HuggingFaceFolder.of(config, naming, entry, checkpoint.hints()))
                : Optional.empty();

        boolean sharded = options.shardBytes().isPresent();
        if (sharded && !folder) {
            throw new IllegalArgumentException(
                    output + ": several files need a folder; name one, without .safetensors");
        }
        Path weights = folder ? output.resolve(sharded ? "model.safetensors.index.json" : "model.safetensors") : output;
        if (Files.exists(weights) && isSame(weights, checkpoint.path())) {
            throw new IllegalArgumentException(
                    weights + ": is the source itself; choose another name for the converted file");
        }
        List<Path> files = new ArrayList<>(List.of(weights));
        boolean made = folder && !Files.exists(output);
        try {
            if (folder) {
                Files.createDirectories(output);
            }
            if (sharded) {
                Safetensors.writeSharded(
                        output,
                        tensors,
                        metadata(config, entry),
                        options.shardBytes().getAsLong());
            } else {
                Safetensors.write(weights, tensors, metadata(config, entry));
            }
            if (repository.isPresent()) {
                files.add(write(output.resolve("config.json"), repository.get().config()));
                files.add(write(
                        output.resolve("preprocessor_config.json"),
                        repository.get().preprocessor()));
            }
        } catch (IOException e) {
            throw new ExportException(output + ": cannot be written: " + Reason.of(e) + ". Choose another folder.", e);
        } finally {
            removeIfEmpty(output, made);
        }
        return new Result(
                weights,
                files,
                naming,
                tensors.size(),
                tensors.values().stream().mapToLong(StoredTensor::bytes).sum(),
                left(weights),
                checkpoint.extras().names(),
                entry.map(BackboneCatalog.Entry::name));
    }

    /** Rotary periods are a table, not a weight: they stay as exact as they are, as in PyTorch's own half models. */
    private StoredTensor stored(String name, StoredTensor tensor) {
        return options.dtype().isEmpty() || name.equals("rope_embed.periods")
                ? tensor
                : tensor.as(options.dtype().get());
    }

    private static Path write(Path file, Map<String, Object> content) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(content);
        Atomically.write(file, temporary -> Files.write(temporary, bytes));
        return file;
    }

    private static void removeIfEmpty(Path folder, boolean made) {
        try {
            if (made && Files.isDirectory(folder)) {
                Files.delete(folder); // refuses a folder with files in it, as it should
            }
        } catch (IOException e) {
            // there are files in it: the conversion succeeded
        }
    }

    private static boolean isSame(Path a, Path b) {
        try {
            return Files.isSameFile(a, Files.isDirectory(b) ? b.resolve("model.safetensors") : b);
        } catch (IOException e) {
            return false;
        }
    }

    /** What the written file does not give back when it is read. */
    private List<String> left(Path weights) {
        StateDict back = Checkpoints.open(weights).weights();
        return checkpoint.weights().names().stream()
                .filter(name -> !back.contains(name))
                .toList();
    }

    private Map<String, String> metadata(BackboneConfig config, Optional<BackboneCatalog.Entry> entry) {
        Map<String, String> metadata = new LinkedHashMap<>(checkpoint.metadata());
        metadata.put("format", "pt"); // transformers refuses a file without it
        entry.ifPresent(e -> metadata.put(ModelCard.METADATA_KEY, e.name()));
        if (config instanceof VitConfig vit) { // no shape tells it, where the naming leaves the rotary periods out
            metadata.put(Architecture.HEADS_KEY, Integer.toString(vit.heads()));
            metadata.put(Architecture.EPS_KEY, Double.toString(vit.norm().eps()));
            if (vit.position() instanceof Position.Rope rope
                    && rope.config().periods() instanceof RotaryEmbedding.Periods.Base base) {
                metadata.put(Architecture.ROPE_THETA_KEY, Double.toString(base.base()));
            }
        }
        Identity.stated(checkpoint).ifPresent(n -> metadata.put(ModelCard.STATISTICS_KEY, numbers(n)));
        return metadata;
    }

    private static String numbers(Normalisation n) {
        StringBuilder text = new StringBuilder();
        for (float[] values : List.of(n.mean(), n.std())) {
            for (float value : values) {
                text.append(text.isEmpty() ? "" : ",").append(value);
            }
        }
        return text.toString();
    }

    /** Official DINOv3 files hold the rotary periods; where the source leaves them out, its config gives them. */
    private static void addPeriods(Naming naming, BackboneConfig config, Map<String, StoredTensor> tensors) {
        if (naming == Naming.OFFICIAL_DINOV3
                && !tensors.containsKey("rope_embed.periods")
                && config instanceof VitConfig vit
                && vit.position() instanceof Position.Rope rope) {
            float[] periods = rope.config().periods().values(vit.headDim());
            tensors.put("rope_embed.periods", StoredTensor.InMemory.of(new long[] {periods.length}, periods));
        }
    }

    /** The published model, if the user, the file or the shape alone says which. */
    private Optional<BackboneCatalog.Entry> entry(BackboneConfig config) {
        if (options.model().isPresent()) {
            return Optional.of(
                    Identity.asked(checkpoint, config, options.model().get()));
        }
        List<BackboneCatalog.Entry> candidates = Identity.candidates(checkpoint, config);
        return candidates.size() == 1 ? Optional.of(candidates.get(0)) : Optional.empty();
    }

    private Naming naming() {
        boolean registers = checkpoint.weights().contains("register_tokens");
        Names names = switch (checkpoint.naming()) {
            case OFFICIAL_DINOV1, HF_VIT -> new Names(Naming.OFFICIAL_DINOV1, Naming.HF_VIT, Naming.OFFICIAL_DINOV1);
            case OFFICIAL_DINOV2, HF_DINOV2, HF_DINOV2_REGISTERS, TIMM_DINOV2, TIMM_DINOV2_REGISTERS ->
                registers
                        ? new Names(Naming.OFFICIAL_DINOV2, Naming.HF_DINOV2_REGISTERS, Naming.TIMM_DINOV2_REGISTERS)
                        : new Names(Naming.OFFICIAL_DINOV2, Naming.HF_DINOV2, Naming.TIMM_DINOV2);
            case OFFICIAL_DINOV3, HF_DINOV3_VIT, TIMM_DINOV3 ->
                new Names(Naming.OFFICIAL_DINOV3, Naming.HF_DINOV3_VIT, Naming.TIMM_DINOV3);
            case OFFICIAL_CONVNEXT, HF_DINOV3_CONVNEXT, TIMM_CONVNEXT ->
                new Names(Naming.OFFICIAL_CONVNEXT, Naming.HF_DINOV3_CONVNEXT, Naming.TIMM_CONVNEXT);
            case OFFICIAL_XCIT, TIMM_XCIT -> new Names(Naming.OFFICIAL_XCIT, Naming.HEAD_ONLY, Naming.TIMM_XCIT);
            case RESNET50 -> new Names(Naming.RESNET50, Naming.HEAD_ONLY, Naming.RESNET50);
            case HEAD_ONLY -> new Names(Naming.HEAD_ONLY, Naming.HEAD_ONLY, Naming.HEAD_ONLY);
        };
        Naming naming = names.of(options.library());
        if (naming == Naming.HEAD_ONLY) {
            throw new IllegalArgumentException(checkpoint.path() + ": holds "
                    + checkpoint.naming().label() + ", and " + options.library()
                    + " has no names for it. Take another naming, such as official.");
        }
        return naming;
    }

    /** The names of one family of models in each library; HEAD_ONLY where a library has none. */
    private record Names(Naming official, Naming huggingFace, Naming timm) {
        Naming of(Library library) {
            return switch (library) {
                case OFFICIAL -> official;
                case HUGGING_FACE -> huggingFace;
                case TIMM -> timm;
            };
        }
    }
}
