package io.github.dino4j.segment;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The backbone to which the head of a file must fit.
 *
 * @param file for messages
 * @param name of the backbone, for messages
 * @param notes that the file carries
 */
record Fitting(Path file, BackboneConfig backbone, String name, Optional<HeadNotes> notes) {
    Fitting(Path file, BackboneConfig backbone, String name) {
        this(file, backbone, name, Optional.empty());
    }

    /** Shape of a tensor, which must have this many axes. */
    static long[] shape(StateDict weights, String tensor, int axes) {
        StoredTensor stored = weights.get(tensor);
        if (stored.shape().length != axes) {
            throw new CheckpointException("tensor '" + tensor + "' is " + Arrays.toString(stored.shape())
                    + ", a segmentation head has one of " + axes + " axes under this name");
        }
        return stored.shape();
    }

    /**
     * The layers that a head of so many channels reads: the last, or four.
     *
     * @param four which four, for a backbone's depth
     */
    Layers layers(long channels, IntFunction<Layers> four) {
        if (notes.isPresent()) {
            Layers noted = notes.get().layers();
            long given = sum(widths(noted)) * (notes.get().classToken() ? 2 : 1);
            if (given != channels) {
                throw wrongWidth(channels, "layers " + noted + " give " + given);
            }
            return noted;
        }
        List<Integer> one = widths(Layers.last(1));
        if (channels == one.get(0)) {
            return Layers.last(1);
        }
        if (backbone.depth() >= 4) {
            Layers layers = four.apply(backbone.depth());
            if (channels == sum(widths(layers))) {
                return layers;
            }
            throw wrongWidth(channels, "one layer gives " + one.get(0) + ", four give " + sum(widths(layers)));
        }
        if (channels == 4L * one.get(0)) {
            throw new CheckpointException(
                    file + ": the head reads 4 layers, " + name + " has " + backbone.depth() + ". " + wayOut());
        }
        throw wrongWidth(channels, "one layer gives " + one.get(0));
    }

    /** The layers that the file names, or others where it names none. */
    Layers noted(Layers others) {
        return notes.map(HeadNotes::layers).orElse(others);
    }

    /** Refuses a head that reads the last {@code count} layers and wants other channels of each than there are. */
    void requireLayers(int count, long channels) {
        if (backbone.depth() < count) {
            throw new CheckpointException(file + ": the head reads " + count + " layers, " + name + " has "
                    + backbone.depth() + ". " + wayOut());
        }
        for (int width : widths(Layers.last(count))) {
            if (width != channels) {
                throw wrongWidth(channels, count == 1 ? "one layer" : "each of " + count + " layers");
            }
        }
    }

    private List<Integer> widths(Layers layers) {
        return new Taps(layers, true).widths(backbone);
    }

    private static long sum(List<Integer> widths) {
        return widths.stream().mapToLong(w -> w).sum();
    }

    private CheckpointException wrongWidth(long channels, String detail) {
        return new CheckpointException(file + ": the head wants " + channels + " channels a layer, " + name + " gives "
                + backbone.dim() + " (" + detail + "). " + wayOut());
    }

    private static String wayOut() {
        return "Load the backbone that the head was trained on; a head on other layers or with class tokens is built by"
                + " hand (LoadedHead.load, SegmentPredictor.of).";
    }
}
