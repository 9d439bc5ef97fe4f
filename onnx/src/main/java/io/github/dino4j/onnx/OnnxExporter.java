package io.github.dino4j.onnx;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.ResNetConfig;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.export.Atomically;
import io.github.dino4j.export.ExportException;
import io.github.dino4j.export.Reason;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.predict.Reference;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a vision transformer as an ONNX file: {@code pixels} [batch, 3, H, W], normalised, to {@code cls} [batch, C],
 * {@code patches} [batch, P, C] and, where the model has them, {@code registers} [batch, R, C], all after the final
 * norm. The file appears whole or not at all, and, unless the options say otherwise, only if ONNX Runtime computes with
 * it what our own model computes.
 */
public final class OnnxExporter {
    private OnnxExporter() {}

    /**
     * What was written.
     *
     * @param files the .onnx file, then the file of its weights where they stand apart
     * @param parameters bytes of all constants
     * @param metadata what stands in the file beside the graph: model, licence, patch, mean and deviation of the images
     * @param report how far ONNX Runtime's numbers are from ours; empty if the options left the check out
     */
    public record Result(
            List<Path> files, long parameters, Map<String, String> metadata, Optional<OnnxCheck.Report> report) {
        public Result {
            files = List.copyOf(files);
            metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        }
    }

    /**
     * Exports a checkpoint.
     *
     * @throws io.github.dino4j.weights.CheckpointException if the checkpoint cannot be loaded
     * @throws IllegalArgumentException if the model is no vision transformer, or the size does not fit it
     * @throws ExportException if the file cannot be written, or fails the check
     */
    public static Result export(Path checkpoint, Path file, OnnxOptions options) {
        try (Model model = Model.load(checkpoint, options.loading().withPrecision(LoadOptions.Precision.PLAIN))) {
            VitConfig config = vit(model.config());
            return write(
                    config,
                    weights(checkpoint, options.loading()),
                    metadata(model.card(), config),
                    file,
                    options,
                    OnnxCheck.forward(model));
        }
    }

    /**
     * Exports weights under official names as a model of this configuration: what is in no checkpoint file, or of a
     * shape that nobody published.
     *
     * @throws IllegalArgumentException if a weight is missing or has another shape, or the size does not fit
     * @throws ExportException if the file cannot be written, or fails the check
     */
    public static Result export(VitConfig config, StateDict weights, Path file, OnnxOptions options) {
        try (Arena arena = new Arena()) {
            Backbone backbone;
            try (Scope scope = Scope.inference()) {
                backbone = Backbone.of(config, Parameters.of(new Weights(weights, arena)));
            }
            return write(config, weights, Map.of(), file, options, OnnxCheck.forward(backbone));
        }
    }

    /** {@code ours} are the numbers that the file has to give. */
    static Result write(
            VitConfig config,
            StateDict weights,
            Map<String, String> metadata,
            Path file,
            OnnxOptions options,
            OnnxCheck.Forward ours) {
        if (config.depthBranch()) {
            throw new IllegalArgumentException("a model with a depth branch cannot be written as ONNX; one whose first"
                    + " layer was widened to four channels (DepthFusion.Widened) can");
        }
        requireSize(config, options.size());
        if (Files.isDirectory(file)) {
            throw new ExportException(file + ": is a folder; name a file in it, such as " + file.resolve("model.onnx"));
        }
        ModelFile model = new ModelFile(VisionTransformerGraph.of(config, weights, options), metadata);
        List<OnnxCheck.Report> reports = new ArrayList<>();
        try {
            List<Path> files = Atomically.writeWithCompanions(file, folder -> {
                String name = String.valueOf(file.getFileName());
                model.write(folder, name, options.inlineLimit());
                if (options.check()) {
                    OnnxCheck.Report report = OnnxCheck.compare(
                            folder.resolve(name), ours, OnnxCheck.images(config, options.size()), tolerance(options));
                    report.requirePassed(file);
                    reports.add(report);
                }
            });
            return new Result(files, model.bytes(), metadata, reports.stream().findFirst());
        } catch (IOException e) {
            throw new ExportException(
                    file + ": cannot be written: " + Reason.of(e) + ". Nothing was left behind; choose another folder,"
                            + " or free some space.",
                    e);
        }
    }

    private static OnnxCheck.Tolerance tolerance(OnnxOptions options) {
        return switch (options.precision()) {
            case FLOAT32 -> OnnxCheck.Tolerance.FLOAT32;
            case INT8_DYNAMIC -> OnnxCheck.Tolerance.INT8;
        };
    }

    static VitConfig vit(BackboneConfig config) {
        if (config instanceof VitConfig vit) {
            return vit;
        }
        String name = config instanceof ConvNextConfig
                ? "a ConvNeXt"
                : config instanceof ResNetConfig ? "a ResNet" : "an XCiT";
        throw new IllegalArgumentException(name + " cannot be written as ONNX, only vision transformers can. Run it in"
                + " Dino4J itself (dino4j features), or convert its weights for another library (dino4j convert).");
    }

    private static void requireSize(VitConfig config, OnnxOptions.Size size) {
        if (!(size instanceof OnnxOptions.Size.Fixed fixed)) {
            return;
        }
        int patch = config.patch();
        int height = fixed.height();
        int width = fixed.width();
        if (height < patch || width < patch || height % patch != 0 || width % patch != 0) {
            throw new IllegalArgumentException("an image of " + height + " x " + width
                    + " pixels is no whole number of " + patch + " x " + patch + " patches; export for a multiple of "
                    + patch + ", such as " + nearest(height, patch) + " x " + nearest(width, patch));
        }
    }

    private static long nearest(int pixels, int patch) {
        return Math.max(1, Math.round((double) pixels / patch)) * patch;
    }

    /** The weights as {@link Model#load} takes them: rotary periods are left out where it computes them again. */
    private static StateDict weights(Path checkpoint, LoadOptions loading) {
        Checkpoints.Options open =
                loading.part().map(Checkpoints.Options.DEFAULT::withTopLevel).orElse(Checkpoints.Options.DEFAULT);
        Checkpoint file = Checkpoints.open(checkpoint, open);
        StateDict weights =
                loading.depth().map(fusion -> fusion.onto(file)).orElse(file).weights();
        boolean recomputed = loading.periods() == LoadOptions.Periods.FLOAT32
                || (loading.periods() == LoadOptions.Periods.BY_REFERENCE && loading.reference() != Reference.META);
        return recomputed ? weights.select(name -> !name.equals("rope_embed.periods")) : weights;
    }

    /** What a user of the file needs to know; it stands in the file's metadata. */
    private static Map<String, String> metadata(ModelCard card, VitConfig config) {
        Normalisation normalisation = card.transform().normalisation();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("model", card.name());
        metadata.put("title", card.title());
        metadata.put("licence", card.licence());
        metadata.put("patch", Integer.toString(config.patch()));
        metadata.put("mean", Arrays.toString(normalisation.mean()));
        metadata.put("std", Arrays.toString(normalisation.std()));
        card.transform().depth().ifPresent(depth -> metadata.put("depth", depth.toString()));
        return metadata;
    }
}
