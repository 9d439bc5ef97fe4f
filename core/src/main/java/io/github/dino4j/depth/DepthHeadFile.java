package io.github.dino4j.depth;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.KeyNaming;
import io.github.dino4j.weights.StateDict;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A file with a depth head in it: which head, its tensors say. Read are Meta's files, with whatever prefix ({@code
 * decode_head.}, {@code decoder.}) and with or without a backbone beside, and Hugging Face's DPT folders.
 */
final class DepthHeadFile {
    private static final String DPT_ANCHOR = "reassemble_blocks.projects.0.conv.weight";
    private static final String LINEAR_ANCHOR = "conv_depth.weight";
    private static final String HUGGING_FACE_ANCHOR = "neck.reassemble_stage.layers.0.projection.weight";

    private final Path file;
    private final StateDict weights;
    private final Optional<Layers> statedLayers;

    private DepthHeadFile(Path file, StateDict weights, Optional<Layers> statedLayers) {
        this.file = file;
        this.weights = weights;
        this.statedLayers = statedLayers;
    }

    /**
     * Finds the head in a file or folder.
     *
     * @throws CheckpointException if there is none, or it is damaged
     */
    static DepthHeadFile open(Path file) {
        StateDict tensors = Checkpoints.tensors(file);
        if (tensors.contains(HUGGING_FACE_ANCHOR)) {
            return huggingFace(file, tensors);
        }
        String prefix = prefix(tensors, DPT_ANCHOR)
                .or(() -> prefix(tensors, LINEAR_ANCHOR))
                .orElseThrow(() -> new CheckpointException(file + ": no depth head is in it. A DPT head has a tensor '"
                        + DPT_ANCHOR + "', a linear one '" + LINEAR_ANCHOR + "'; this is a " + tensors + "."));
        return new DepthHeadFile(file, tensors.under(prefix).select(name -> !isBackbone(name)), Optional.empty());
    }

    private static DepthHeadFile huggingFace(Path file, StateDict tensors) {
        StateDict head = tensors.select(name -> !isBackbone(name));
        List<Integer> layers = head.size() == tensors.size()
                ? List.of()
                : Checkpoints.open(file).hints().backboneLayers();
        try {
            return new DepthHeadFile(
                    file,
                    KeyNaming.HUGGING_FACE_DPT.readAll(head),
                    layers.isEmpty() ? Optional.empty() : Optional.of(new Layers.Of(layers)));
        } catch (CheckpointException e) {
            throw new CheckpointException(file + ": " + e.getMessage(), e);
        }
    }

    private static boolean isBackbone(String name) {
        return name.startsWith("backbone.") || name.startsWith("encoder.");
    }

    private static Optional<String> prefix(StateDict tensors, String anchor) {
        return tensors.names().stream()
                .filter(name -> name.equals(anchor) || name.endsWith("." + anchor))
                .map(name -> name.substring(0, name.length() - anchor.length()))
                .findFirst();
    }

    /**
     * Builds the head for a backbone.
     *
     * @param model the backbone's name, for messages
     * @param layers in place of the file's and the preset's
     * @throws CheckpointException if it was trained for another backbone, or misses tensors
     */
    LoadedHead<DepthHead> load(BackboneConfig backbone, String model, DepthPreset preset, Optional<Layers> layers) {
        return isDpt() ? dpt(backbone, model, preset, layers) : linear(backbone, model, preset, layers);
    }

    private boolean isDpt() {
        return weights.contains(DPT_ANCHOR);
    }

    private LoadedHead<DepthHead> dpt(
            BackboneConfig backbone, String model, DepthPreset preset, Optional<Layers> asked) {
        List<Integer> widths = axis("reassemble_blocks.projects.{i}.conv.weight", 1);
        List<Integer> processed = axis("reassemble_blocks.projects.{i}.conv.weight", 0);
        if (widths.size() != DptConfig.LEVELS) {
            throw new CheckpointException(file + ": its DPT head reads " + widths.size()
                    + " layers; Dino4J knows those of " + DptConfig.LEVELS);
        }
        Layers layers =
                asked.or(() -> statedLayers).orElseGet(() -> preset.layers().of(backbone.depth(), DptConfig.LEVELS));
        requireLevels(layers.indices(backbone.depth()).length, widths.size(), "DPT");
        Taps taps = new Taps(layers, preset.norm());
        List<Integer> has = taps.widths(backbone);
        if (!has.equals(widths)) {
            throw otherBackbone("DPT head", spell(widths), model, spell(has));
        }
        DptConfig config = new DptConfig(
                widths,
                processed,
                size("convs.0.conv.weight", 0),
                weights.contains("reassemble_blocks.readout_projects.0.0.weight") ? Readout.PROJECT : preset.readout(),
                weights.contains("reassemble_blocks.batchnorm_layers.0.weight") ? HeadNorm.BATCH : HeadNorm.NONE,
                Bias.of(weights.contains("fusion_blocks.0.res_conv_unit2.conv1.conv.bias")),
                weights.contains("project.conv.weight") ? AfterFusion.PROJECTION : AfterFusion.NOTHING,
                size("conv_depth.head.2.weight", 0),
                size("conv_depth.head.4.weight", 0));
        return LoadedHead.load(
                file, "a DPT depth head for " + model, weights, p -> new DptHead(p, config, preset.values(), taps));
    }

    private LoadedHead<DepthHead> linear(
            BackboneConfig backbone, String model, DepthPreset preset, Optional<Layers> asked) {
        int channels = size(LINEAR_ANCHOR, 1);
        int tokens = preset.classToken() == ClassToken.APPENDED ? 2 : 1;
        Layers layers = asked.or(() -> IntStream.of(1, DptConfig.LEVELS)
                        .filter(levels -> levels <= backbone.depth())
                        .mapToObj(levels -> preset.layers().of(backbone.depth(), levels))
                        .filter(some -> tokens * sum(new Taps(some, preset.norm()).widths(backbone)) == channels)
                        .findFirst())
                .orElseThrow(() -> otherWidth(channels, tokens, backbone, model));
        Taps taps = new Taps(layers, preset.norm());
        LinearDepthConfig config = new LinearDepthConfig(
                taps.widths(backbone),
                preset.classToken(),
                weights.contains("batchnorm_layer.weight") ? HeadNorm.BATCH : HeadNorm.NONE,
                preset.upsampling(),
                size(LINEAR_ANCHOR, 0));
        if (config.channels() != channels) {
            throw new CheckpointException(file + ": its linear head reads " + channels + " channels; layers "
                    + Arrays.toString(layers.indices(backbone.depth())) + " of " + model + " have " + config.channels()
                    + ". Ask for as many layers as it was trained on, or leave them out.");
        }
        return LoadedHead.load(
                file,
                "a linear depth head for " + model,
                weights,
                p -> new LinearDepthHead(p, config, preset.values(), taps));
    }

    private void requireLevels(int found, int wanted, String kind) {
        if (found != wanted) {
            throw new CheckpointException(file + ": its " + kind + " head reads " + wanted + " layers, asked for are "
                    + found + ". Name " + wanted + " layers, or leave them out.");
        }
    }

    private CheckpointException otherBackbone(String kind, String needs, String model, String has) {
        return new CheckpointException(file + ": its " + kind + " is for " + needs + "; " + model + " has " + has
                + ". Load the backbone that the head was trained on.");
    }

    private CheckpointException otherWidth(int channels, int tokens, BackboneConfig backbone, String model) {
        String kind = tokens == 2 ? "class and patch tokens" : "patch tokens";
        return new CheckpointException(
                file + ": its linear head reads " + channels + " channels, which is one layer of "
                        + kind + " of a backbone of width " + channels / tokens + ", or four of width "
                        + channels / (4 * tokens)
                        + "; " + model + " has width " + backbone.dim()
                        + ". Load the backbone that the head was trained on; if it"
                        + " is this one, name its layers, and a preset that reads the class token as the head does.");
    }

    private static String spell(List<Integer> widths) {
        boolean same = widths.stream().distinct().count() == 1;
        return "a backbone of width " + (same ? widths.get(0) : widths);
    }

    private static int sum(List<Integer> widths) {
        return widths.stream().mapToInt(w -> w).sum();
    }

    /** The sizes of one axis of the tensors that are numbered from 0. */
    private List<Integer> axis(String template, int axis) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> template.replace("{i}", Integer.toString(i)))
                .takeWhile(weights::contains)
                .map(name -> size(name, axis))
                .toList();
    }

    private int size(String name, int axis) {
        long[] shape = weights.find(name)
                .orElseThrow(() -> new CheckpointException(
                        file + ": its depth head is not complete, '" + name + "' is missing; get the file again"))
                .shape();
        if (shape.length != 4) {
            throw new CheckpointException(file + ": '" + name + "' is " + Arrays.toString(shape)
                    + ", a convolution's weight has four axes; this is no depth head that Dino4J knows");
        }
        return Math.toIntExact(shape[axis]);
    }
}
