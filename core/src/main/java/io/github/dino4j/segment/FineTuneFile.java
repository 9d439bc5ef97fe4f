package io.github.dino4j.segment;

import io.github.dino4j.lora.FineTuneFactors;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StateDict;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What dinov3-finetune saves: low-rank changes (LoRA, arXiv:2106.09685) of q and v in every block, and a decoder. The
 * decoder was trained on the changed backbone and gives something else without them. Only headers are read.
 *
 * @param path of the file
 * @param blocks of the backbone it was trained on
 * @param width C of that backbone
 * @param rank r
 * @param lora {@code blocks.{i}.q.a} and {@code .v.a} [r, C], {@code .q.b} and {@code .v.b} [C, r]: q becomes q + B A x,
 *     without any scaling
 * @param decoder its weights under the file's names
 */
public record FineTuneFile(Path path, int blocks, int width, int rank, StateDict lora, StateDict decoder) {
    /**
     * Reads the headers.
     *
     * @throws CheckpointException if there are no LoRA weights in it, one is missing, or their shapes do not agree
     */
    public static FineTuneFile read(Path path) {
        FineTuneFactors found = FineTuneFactors.read(path, Checkpoints.tensors(path));
        return new FineTuneFile(path, found.blocks(), found.width(), found.rank(), found.factors(), found.rest());
    }

    /** Whether a file is one. */
    public static boolean is(Path path) {
        return FineTuneFactors.in(Checkpoints.tensors(path));
    }

    /**
     * The adapter, to be put over the backbone ({@link Model#adapted}).
     *
     * @throws CheckpointException if a value is not finite
     */
    public Lora adapter() {
        return new FineTuneFactors(path, blocks, width, rank, lora, decoder).lora();
    }

    /**
     * Loads the whole: the adapter over the backbone, and the decoder behind it.
     *
     * @param backbone that it was trained on; stays the caller's, and must stay open
     * @throws CheckpointException if it is for another backbone
     * @throws IllegalArgumentException if {@code classes} has another number of classes than the decoder
     */
    public SegmentPredictor load(Model backbone, ClassList classes) {
        return load(backbone, classes, options(backbone));
    }

    /** The same, run otherwise. */
    public SegmentPredictor load(Model backbone, ClassList classes, SegmentOptions options) {
        LoadedHead<SegmentationHead> head = loadDecoder(backbone);
        try {
            return SegmentPredictor.adapted(adapt(backbone), head, classes, options);
        } catch (RuntimeException | Error e) {
            head.close();
            throw e;
        }
    }

    /** The backbone with the adapter over it; closing it leaves the backbone open. */
    public Model adapt(Model backbone) {
        try {
            return backbone.adapted(adapter());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(path + ": " + e.getMessage(), e);
        }
    }

    /**
     * Loads the decoder alone, for a backbone into which {@link #lora} was merged; on the unchanged one it gives
     * something else than it was trained for.
     *
     * @throws CheckpointException if it is for another backbone
     */
    public LoadedHead<SegmentationHead> loadDecoder(Model model) {
        return HeadFile.of(path, decoder).load(model);
    }

    /** How dinov3-finetune runs its decoders on this backbone. */
    public SegmentOptions options(Model model) {
        return HeadFile.of(path, decoder).options(model.config());
    }

    /** Refuses a file whose decoder would be silently separated from its LoRA weights. */
    static void refuseLora(Path path, StateDict tensors) {
        Optional<String> factor = FineTuneFactors.first(tensors);
        if (factor.isPresent()) {
            throw new CheckpointException(path + ": beside a decoder it holds LoRA weights ('" + factor.get()
                    + "', ...) that belong into the backbone; without them the decoder gives something else than it was"
                    + " trained for. SegmentPredictor.load takes both; to take the decoder all the same:"
                    + " SegmentPredictor.of(model, FineTuneFile.read(path).loadDecoder(model), classes).");
        }
    }
}
