package io.github.dino4j.classify;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file with a linear classifier in it, published or trained here: what it is, its tensors and the backbone say. Read are
 * the bare {@code weight} and {@code bias} of DINOv2's and DINOv3's hubs, {@code linear.*} of DINOv1 under any prefix,
 * {@code linear_head.*}, the {@code classifier.*} of a Hugging Face folder, beside a backbone or alone, and the
 * classifiers of a linear probe. Only headers are read. Immutable.
 */
public final class ClassifierFile {
    private static final Pattern BACKBONE = Pattern.compile(
            "(.*\\.)?(backbone|dinov2|dinov2_with_registers|vit|encoder|blocks|patch_embed|layer|embeddings)\\..*");
    private static final Pattern WEIGHT =
            Pattern.compile("((?:.*\\.)?(?:linear|linear_head|classifier|head|fc)\\.|)weight");
    private static final Pattern PROBE = Pattern.compile("(\\d+)_blocks_avgpool_(True|False)(_interleaved)?");
    private static final String INPUT = "dino4j.input";

    private final Path path;
    private final String prefix;
    private final StateDict head;
    private final Optional<LinearInput> stated;

    private ClassifierFile(Path path, String prefix, StateDict head, Optional<LinearInput> stated) {
        this.path = path;
        this.prefix = prefix;
        this.head = head;
        this.stated = stated;
    }

    /**
     * Finds the classifier in a file or folder.
     *
     * @throws CheckpointException if there is none, or several
     */
    public static ClassifierFile open(Path path) {
        StateDict tensors = Checkpoints.tensors(path);
        List<String> found = new ArrayList<>();
        tensors.tensors().forEach((name, tensor) -> {
            Matcher weight = WEIGHT.matcher(name);
            if (weight.matches()
                    && tensor.shape().length == 2
                    && !BACKBONE.matcher(name).matches()) {
                found.add(weight.group(1));
            }
        });
        if (found.isEmpty()) {
            throw new CheckpointException(path + ": no linear classifier is in it; one has a 'weight' [classes, width]"
                    + " and a 'bias' [classes], bare or under linear, linear_head or classifier. It is a " + tensors
                    + ".");
        }
        if (found.size() > 1) {
            throw new CheckpointException(path + ": holds " + found.size() + " linear classifiers: "
                    + String.join(", ", found) + ". Save the one that is wanted alone.");
        }
        String prefix = found.get(0);
        Map<String, StoredTensor> head = new LinkedHashMap<>();
        tensors.tensors().forEach((name, tensor) -> {
            if (name.startsWith(prefix) && !prefix.isEmpty()) {
                head.put("linear." + name.substring(prefix.length()), tensor);
            } else if (name.equals("weight") || name.equals("bias")) {
                head.put("linear." + name, tensor);
            } else if (!isBackbone(name, prefix)) {
                head.put(name, tensor);
            }
        });
        return new ClassifierFile(path, prefix, StateDict.of(head), stated(path, prefix));
    }

    /** Beside {@code classifier.} of a Hugging Face folder everything else is the backbone. */
    private static boolean isBackbone(String name, String prefix) {
        return BACKBONE.matcher(name).matches() || (prefix.equals("classifier.") && name.contains("layernorm"));
    }

    /** As a probe's name says, or the file's own text. */
    private static Optional<LinearInput> stated(Path path, String prefix) {
        return Stream.of(metadata(path).getOrDefault(INPUT, ""), prefix)
                .map(PROBE::matcher)
                .filter(Matcher::find)
                .map(m -> new LinearInput(
                        Integer.parseInt(m.group(1)),
                        m.group(2).equals("True"),
                        m.group(3) == null ? LinearInput.Join.CONCATENATED : LinearInput.Join.INTERLEAVED))
                .findFirst();
    }

    private static Map<String, String> metadata(Path path) {
        return Files.isRegularFile(path) && String.valueOf(path.getFileName()).endsWith(".safetensors")
                ? Safetensors.metadata(path)
                : Map.of();
    }

    /** The texts that a file of a classifier carries, so that {@link #open} knows its input and {@link #classNames} its classes. */
    public static Map<String, String> texts(LinearInput input, List<String> classNames) {
        return Map.of(INPUT, input.describe(), "dino4j.classes", String.join("\n", classNames));
    }

    /** Names of the classes, if the file carries them. */
    public Optional<List<String>> classNames() {
        return Optional.ofNullable(metadata(path).get("dino4j.classes")).map(text -> List.of(text.split("\n", -1)));
    }

    /** Number of classes. */
    public int classes() {
        return Math.toIntExact(shape()[0]);
    }

    private long[] shape() {
        return head.get("linear.weight").shape();
    }

    /**
     * What the classifier reads of a backbone.
     *
     * @param name of the backbone, for messages
     * @throws CheckpointException if it was made for another backbone
     */
    public LinearInput input(BackboneConfig backbone, String name) {
        long width = shape()[1];
        return candidates(backbone).stream()
                .filter(input -> input.blocks() <= backbone.depth() && input.width(backbone) == width)
                .findFirst()
                .orElseThrow(() -> new CheckpointException(path + ": its classifier " + Arrays.toString(shape())
                        + " reads " + width + " values of an image, " + name + " has tokens of " + backbone.dim()
                        + " and gives " + LinearInput.CLASS_AND_MEAN.width(backbone)
                        + " for one block. Load the backbone that the classifier was trained on."));
    }

    /** The published layouts in the order in which they are meant; a width leaves one. */
    private List<LinearInput> candidates(BackboneConfig backbone) {
        if (stated.isPresent()) {
            return List.of(stated.get());
        }
        List<LinearInput> inputs = new ArrayList<>();
        if (isDinoV1(backbone)) {
            inputs.addAll(List.of(LinearInput.CLASS_TOKEN, LinearInput.DINOV1_SMALL, LinearInput.DINOV1_BASE));
        } else {
            inputs.addAll(List.of(LinearInput.CLASS_AND_MEAN, LinearInput.FOUR_AND_MEAN, LinearInput.CLASS_TOKEN));
        }
        for (int blocks = 2; blocks <= backbone.depth(); blocks++) {
            inputs.add(LinearInput.lastBlocks(blocks));
        }
        return inputs;
    }

    /** DINOv1's files alone call it {@code linear} in a dict; its vision transformers have no LayerScale. */
    private boolean isDinoV1(BackboneConfig backbone) {
        boolean named = prefix.endsWith("linear.");
        return named && (!(backbone instanceof VitConfig vit) || (vit.position() instanceof Position.LearnedGrid));
    }

    /**
     * Loads the classifier for a backbone.
     *
     * @throws CheckpointException if it is for another backbone, or a tensor is missing, misshapen, unknown or not finite
     */
    public LoadedHead<LinearClassifier> load(Model backbone) {
        return load(backbone.config(), backbone.card().name());
    }

    /** The same for a backbone that is not in memory. */
    public LoadedHead<LinearClassifier> load(BackboneConfig backbone, String name) {
        LinearInput input = input(backbone, name);
        LinearClassifier.Config config = new LinearClassifier.Config(input, Math.toIntExact(shape()[1]), classes());
        return LoadedHead.load(path, "a linear classifier for " + name, head, p -> new LinearClassifier(p, config));
    }

    @Override
    public String toString() {
        return "linear classifier of " + classes() + " classes in " + path;
    }
}
