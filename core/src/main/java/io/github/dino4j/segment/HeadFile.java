package io.github.dino4j.segment;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A file with a segmentation head in it: what its content says that it is. Only headers are read.
 *
 * @param path for messages
 * @param format of the head
 * @param weights of the head without the prefix they have in the file, and what nobody knows under full names, so that
 *     loading reports it
 */
record HeadFile(Path path, HeadFormat format, StateDict weights) {
    /** Tensors beside the head that belong to a backbone, which stays out: it comes from a file of its own. */
    private static final Pattern BACKBONE =
            Pattern.compile("(module\\.|model\\.)*(segmentation_model\\.0|backbone|encoder|feature_model)\\..*");

    /** The same within an adapter, which is part of a head. */
    private static final String ADAPTED = "0.backbone.";

    /**
     * Finds the head among the tensors of a file.
     *
     * @throws CheckpointException if there is none, or several
     */
    static HeadFile of(Path path, StateDict tensors) {
        List<HeadFile> found = new ArrayList<>();
        List<String> places = new ArrayList<>();
        for (HeadFormat format : HeadFormat.ALL) {
            for (String prefix : prefixes(format, tensors)) {
                StateDict inside = tensors.under(prefix);
                if (format.shaped().test(inside)) {
                    found.add(new HeadFile(path, format, withStrays(tensors, prefix)));
                    places.add(format.title() + " under '" + prefix + "'");
                }
            }
        }
        if (found.isEmpty()) {
            throw new CheckpointException(path + ": no segmentation head known to Dino4J is in it; it has " + tensors
                    + ". Known are "
                    + String.join(
                            ", ", HeadFormat.ALL.stream().map(HeadFormat::title).toList())
                    + ".");
        }
        if (found.size() > 1) {
            throw new CheckpointException(path + ": holds " + found.size() + " segmentation heads: "
                    + String.join(", ", places) + ". Save the one that is wanted alone.");
        }
        return found.get(0);
    }

    /** Loads the head for this backbone. */
    LoadedHead<SegmentationHead> load(Model model) {
        BackboneConfig config = model.config();
        Function<Parameters, SegmentationHead> build = format.reader()
                .plan(weights, new Fitting(path, config, model.card().name()));
        return LoadedHead.load(path, format.title() + " for " + model.card().name(), weights, build);
    }

    /** How the publisher of such heads runs them. */
    SegmentOptions options(Model model) {
        return format.options().apply(model.config());
    }

    private static List<String> prefixes(HeadFormat format, StateDict tensors) {
        String first = format.anchors().get(0);
        return tensors.names().stream()
                .filter(name -> name.equals(first) || name.endsWith("." + first))
                .map(name -> name.substring(0, name.length() - first.length()))
                .filter(prefix -> !BACKBONE.matcher(prefix).matches())
                .filter(prefix -> format.anchors().stream().allMatch(anchor -> tensors.contains(prefix + anchor)))
                .toList();
    }

    private static StateDict withStrays(StateDict tensors, String prefix) {
        Map<String, StoredTensor> weights =
                new LinkedHashMap<>(tensors.under(prefix).tensors());
        weights.keySet().removeIf(name -> name.startsWith(ADAPTED));
        if (!prefix.isEmpty()) {
            tensors.select(name ->
                            !name.startsWith(prefix) && !BACKBONE.matcher(name).matches())
                    .tensors()
                    .forEach(weights::put);
        } else {
            weights.keySet().removeIf(name -> BACKBONE.matcher(name).matches());
        }
        return StateDict.of(weights);
    }
}
