package io.github.dino4j.segment;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A file with a segmentation head in it. What kind of head it is, its content decides: the names of its tensors, under any
 * prefix, and their shapes. Only headers are read. Immutable.
 */
public final class HeadFile {
    /** Tensors beside the head that belong to a backbone, which stays out: it comes from a file of its own. */
    private static final Pattern BACKBONE = Pattern.compile(
            "(module\\.|model\\.)*(segmentation_model\\.0|0\\.backbone|backbone|encoder|feature_model)\\..*");

    private final Path path;
    private final HeadFormat format;
    private final StateDict weights;
    private final Optional<HeadNotes> notes;

    /**
     * Describes a file.
     *
     * @param weights of the head without the prefix they have in the file, and what nobody knows under full names, so that
     *     loading reports it
     */
    private HeadFile(Path path, HeadFormat format, StateDict weights) {
        this.path = path;
        this.format = format;
        this.weights = weights;
        this.notes = HeadNotes.read(path);
    }

    /**
     * Opens a head file.
     *
     * @throws CheckpointException if it cannot be read, holds no head or several, or LoRA weights beside its decoder (see
     *     {@link FineTuneFile})
     */
    public static HeadFile open(Path path) {
        StateDict tensors = Checkpoints.tensors(path);
        FineTuneFile.refuseLora(path, tensors);
        return of(path, tensors);
    }

    /** Finds the head among the tensors of a file. */
    static HeadFile of(Path path, StateDict tensors) {
        List<Place> found = new ArrayList<>();
        for (HeadFormat format : HeadFormat.ALL) {
            for (String prefix : prefixes(format, tensors)) {
                if (format.shaped().test(tensors.under(prefix))) {
                    found.add(new Place(format, prefix));
                }
            }
        }
        List<Place> whole = List.copyOf(found);
        found.removeIf(place -> whole.stream().anyMatch(place::isPartOf));
        if (found.isEmpty()) {
            throw new CheckpointException(path + ": no segmentation head known to Dino4J is in it; it is a " + tensors
                    + ". Known are "
                    + String.join(
                            ", ", HeadFormat.ALL.stream().map(HeadFormat::title).toList())
                    + ".");
        }
        if (found.size() > 1) {
            throw new CheckpointException(path + ": holds " + found.size() + " segmentation heads: "
                    + found.stream()
                            .map(place -> place.format().title() + " under '" + place.prefix() + "'")
                            .collect(Collectors.joining(", "))
                    + ". Save the one that is wanted alone.");
        }
        String prefix = found.get(0).prefix();
        return new HeadFile(path, found.get(0).format(), withStrays(tensors, prefix));
    }

    private record Place(HeadFormat format, String prefix) {
        /** The decoder of an adapter's head looks like one of dinov3-finetune. */
        boolean isPartOf(Place other) {
            return format.equals(HeadFormat.FINE_TUNE_FPN)
                    && other.format.equals(HeadFormat.PYRAMID)
                    && prefix.equals(other.prefix + "decoder.");
        }
    }

    /** What it is, such as "a linear segmentation head of DINOv2's hub". */
    public String title() {
        return format.title();
    }

    /**
     * Loads the head for a backbone.
     *
     * @throws CheckpointException if the head is for another backbone, or a tensor is missing, misshapen, unknown or not
     *     finite
     */
    public LoadedHead<SegmentationHead> load(Model backbone) {
        return load(backbone.config(), backbone.card().name());
    }

    /** The same for a backbone that is not in memory; {@code name} is for messages. */
    public LoadedHead<SegmentationHead> load(BackboneConfig backbone, String name) {
        Function<Parameters, SegmentationHead> build =
                format.reader().plan(weights, new Fitting(path, backbone, name, notes));
        return LoadedHead.load(path, format.title() + " for " + name, weights, build);
    }

    /**
     * The same where the head must be of one class, such as {@link Mask2FormerSegmenter}, which tells objects apart.
     *
     * @throws CheckpointException also if the file holds another kind of head
     */
    public <H extends SegmentationHead> LoadedHead<H> load(Model backbone, Class<H> kind) {
        String name = backbone.card().name();
        Function<Parameters, SegmentationHead> build =
                format.reader().plan(weights, new Fitting(path, backbone.config(), name, notes));
        return LoadedHead.load(path, title() + " for " + name, weights, p -> {
            SegmentationHead head = build.apply(p);
            if (!kind.isInstance(head)) {
                throw new CheckpointException(path + ": holds " + title() + ", needed is a " + kind.getSimpleName()
                        + ". SegmentPredictor.load runs every kind.");
            }
            return kind.cast(head);
        });
    }

    /** How the publisher of such heads, or the run that wrote the file, runs them on this backbone. */
    public SegmentOptions options(BackboneConfig backbone) {
        return notes.map(HeadNotes::options).orElseGet(() -> format.options().apply(weights, backbone));
    }

    /** Where in the file a head of this kind may lie: what stands before its first anchor, if all others follow it too. */
    private static List<String> prefixes(HeadFormat format, StateDict tensors) {
        String first = format.anchors().get(0);
        return tensors.names().stream()
                .filter(name -> name.equals(first) || name.endsWith("." + first))
                .filter(name -> !BACKBONE.matcher(name).matches())
                .map(name -> name.substring(0, name.length() - first.length()))
                .filter(prefix -> format.anchors().stream().allMatch(anchor -> tensors.contains(prefix + anchor)))
                .toList();
    }

    private static StateDict withStrays(StateDict tensors, String prefix) {
        Map<String, StoredTensor> weights = new LinkedHashMap<>();
        tensors.tensors().forEach((name, tensor) -> {
            // without the prefix first: an adapter, which is part of a head, lies beside the backbone that it adapts
            String own = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            if (!BACKBONE.matcher(own).matches()) {
                weights.put(own, tensor);
            }
        });
        return StateDict.of(weights);
    }

    @Override
    public String toString() {
        return title() + " in " + path;
    }
}
