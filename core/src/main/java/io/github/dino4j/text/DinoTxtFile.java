package io.github.dino4j.text;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.predict.HeadMetadata;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The file of a dino.txt, or its two: DINOv3's holds vision head and text encoder, DINOv2's come apart. Which is which, the
 * tensors say, under any prefix; a backbone among them is passed over. Only headers are read. Immutable.
 */
public final class DinoTxtFile {
    private static final String TOKENS = "token_embedding.weight";
    private static final String VISION_BLOCK = "blocks.0.mlp.w1.weight";
    private static final String SCALE = "logit_scale";
    static final String TEXT = "text_model.";
    static final String VISION = "visual_model.head.";
    /** By what zero-shot evaluation multiplies a cosine; where no file says what training did. */
    private static final float USUAL_SCALE = (float) Math.log(100);

    private final List<Path> paths;
    private final StateDict weights;
    private final Optional<String> notes;

    private DinoTxtFile(List<Path> paths, StateDict weights, Optional<String> notes) {
        this.paths = List.copyOf(paths);
        this.weights = weights;
        this.notes = notes;
    }

    /**
     * Opens a dino.txt.
     *
     * @param paths its one file, or vision head and text encoder in any order
     * @throws CheckpointException if they cannot be read, or there is no text encoder or no vision head in them
     */
    public static DinoTxtFile open(Path... paths) {
        Map<String, StoredTensor> found = new LinkedHashMap<>();
        Optional<String> notes = Optional.empty();
        for (Path path : paths) {
            for (Map.Entry<String, StoredTensor> tensor :
                    official(Checkpoints.tensors(path)).entrySet()) {
                if (found.put(tensor.getKey(), tensor.getValue()) != null) {
                    throw new CheckpointException(path + ": has '" + tensor.getKey()
                            + "' as another file has; give one file of vision head and text encoder, or one of each");
                }
            }
            notes = notes.or(() -> HeadMetadata.text(path, DinoTxtNotes.KEY));
        }
        String files = List.of(paths).stream().map(Path::toString).collect(Collectors.joining(" and "));
        requirePart(found, files, TEXT, "text encoder", "(DINOv2's comes in a file of its own, *_text_encoder.pth)");
        boolean headless = notes.isPresent(); // a head of ours may have no tensor
        if (!headless) {
            requirePart(
                    found, files, VISION, "vision head", "(DINOv2's comes in a file of its own, *_vision_head.pth)");
        }
        found.putIfAbsent(SCALE, StoredTensor.InMemory.of(new long[] {1}, USUAL_SCALE));
        return new DinoTxtFile(List.of(paths), StateDict.of(found), notes);
    }

    private static void requirePart(
            Map<String, StoredTensor> found, String files, String prefix, String part, String way) {
        if (found.keySet().stream().noneMatch(name -> name.startsWith(prefix))) {
            throw new CheckpointException(
                    files + ": no " + part + " of dino.txt is in it; give the file that holds it too " + way);
        }
    }

    /** The tensors of a file under the names that {@link DinoTxt} asks for; strange ones keep theirs, so that loading reports them. */
    private static Map<String, StoredTensor> official(StateDict tensors) {
        Optional<String> text = before(tensors, TOKENS).map(prefix -> prefix.replaceFirst("backbone\\.$", ""));
        Optional<String> vision =
                before(tensors, VISION_BLOCK).filter(prefix -> tensors.contains(prefix + "ln_final.weight"));
        Map<String, StoredTensor> named = new LinkedHashMap<>();
        tensors.tensors().forEach((name, tensor) -> {
            if (name.equals(SCALE) || name.endsWith("." + SCALE)) {
                named.put(SCALE, tensor);
            } else if (vision.isPresent() && isHead(name, vision.get(), text)) {
                named.put(VISION + name.substring(vision.get().length()), tensor);
            } else if (text.isPresent() && name.startsWith(text.get()) && !name.contains("visual_model.")) {
                named.put(TEXT + name.substring(text.get().length()), tensor);
            } else if (!name.contains("visual_model.backbone.") && !name.startsWith("backbone.")) {
                named.put(name, tensor);
            }
        });
        return named;
    }

    private static boolean isHead(String name, String vision, Optional<String> text) {
        boolean ofText = text.isPresent() && text.get().startsWith(vision) && name.startsWith(text.get());
        return name.startsWith(vision) && !ofText && !name.startsWith(vision + "backbone.");
    }

    private static Optional<String> before(StateDict tensors, String anchor) {
        return tensors.names().stream()
                .filter(name -> name.equals(anchor) || name.endsWith("." + anchor))
                .map(name -> name.substring(0, name.length() - anchor.length()))
                .filter(prefix -> !prefix.endsWith("visual_model.backbone.") && !prefix.equals("backbone.blocks."))
                .filter(prefix -> !anchor.equals(VISION_BLOCK) || tensors.contains(prefix + "ln_final.weight"))
                .findFirst();
    }

    /** The files. */
    public List<Path> paths() {
        return paths;
    }

    /** Different numbers that the text encoder knows; those of a tokenizer must be as many. */
    public int vocabulary() {
        return new DinoTxtShape(weights, toString()).size(TEXT + "backbone." + TOKENS, 0);
    }

    /**
     * Loads vision head and text encoder for a backbone.
     *
     * @throws CheckpointException if they were trained on another backbone, or one that saw satellite images, or a tensor is
     *     missing, misshapen, unknown or not finite
     */
    public LoadedHead<DinoTxt> load(Model backbone) {
        refuseSatellite(backbone);
        refuseOtherFamily(backbone);
        DinoTxtShape shape = new DinoTxtShape(weights, toString());
        DinoTxtConfig config = notes.isPresent()
                ? DinoTxtNotes.read(toString(), notes.get())
                : shape.config(backbone.config(), backbone.card().name());
        shape.requireWidth(config, backbone);
        return LoadedHead.load(
                paths.get(0), "dino.txt for " + backbone.card().name(), weights, p -> new DinoTxt(p, config));
    }

    /** The published text heads learned on web photos; a backbone of satellite images has other features of the same shape. */
    private void refuseSatellite(Model backbone) {
        boolean satellite = backbone.card().transform().normalisation().equals(Normalisation.SAT493M)
                || BackboneCatalog.find(backbone.card().name())
                        .flatMap(BackboneCatalog.Entry::data)
                        .filter(data -> data.startsWith("SAT"))
                        .isPresent();
        if (satellite) {
            throw new CheckpointException(this + ": was trained on the backbone of web photos (LVD-1689M), and "
                    + backbone.card().name() + " is the one of satellite images (SAT-493M). The shapes fit, the answers"
                    + " would mean nothing; load dinov3_vitl16, the web backbone, with it.");
        }
    }

    /** DINOv2's and DINOv3's heads for a ViT-L have the same shapes; published file names tell them apart. */
    private void refuseOtherFamily(Model backbone) {
        String model = backbone.card().name().toLowerCase(Locale.ROOT);
        for (Path path : paths) {
            String file = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
            for (String family : List.of("dinov2", "dinov3")) {
                String other = family.equals("dinov2") ? "dinov3" : "dinov2";
                if (file.startsWith(family) && model.startsWith(other)) {
                    throw new CheckpointException(path + ": is a dino.txt of " + family + ", the backbone is " + model
                            + ". Load the backbone that it was trained on.");
                }
            }
        }
    }

    @Override
    public String toString() {
        return paths.stream().map(Path::toString).collect(Collectors.joining(" and "));
    }
}
