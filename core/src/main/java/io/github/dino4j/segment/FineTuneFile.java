package io.github.dino4j.segment;

import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final Pattern FACTOR = Pattern.compile("w_([ab])_(\\d{3,})");

    /**
     * Reads the headers.
     *
     * @throws CheckpointException if there are no LoRA weights in it, one is missing, or their shapes do not agree
     */
    public static FineTuneFile read(Path path) {
        StateDict tensors = Checkpoints.tensors(path);
        Map<String, StoredTensor> lora = new LinkedHashMap<>();
        int last = -1;
        for (String name : tensors.names()) {
            Matcher factor = FACTOR.matcher(name);
            if (factor.matches()) {
                last = Math.max(last, Integer.parseInt(factor.group(2)));
            }
        }
        if (last < 0) {
            throw new CheckpointException(path + ": no LoRA weights 'w_a_000', 'w_b_000', ... are in it; it has "
                    + tensors + ". A decoder alone is loaded by SegmentPredictor.load.");
        }
        StoredTensor first = factor(path, tensors, "a", 0);
        long[] shape = first.shape();
        if (shape.length != 2 || last % 2 == 0) {
            throw new CheckpointException(path + ": 'w_a_000' is " + Arrays.toString(shape) + " and the last factor has"
                    + " number " + last + "; expected matrices [rank, width], two for each block (q, v)");
        }
        for (int i = 0; i <= last; i++) { // block 0 q, block 0 v, block 1 q, ...
            String name = "blocks." + i / 2 + (i % 2 == 0 ? ".q." : ".v.");
            lora.put(name + "a", require(path, tensors, "a", i, shape[0], shape[1]));
            lora.put(name + "b", require(path, tensors, "b", i, shape[1], shape[0]));
        }
        return new FineTuneFile(
                path,
                (last + 1) / 2,
                (int) shape[1],
                (int) shape[0],
                StateDict.of(lora),
                tensors.select(name -> !FACTOR.matcher(name).matches()));
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
        Optional<String> factor = tensors.names().stream()
                .filter(name -> FACTOR.matcher(name).matches())
                .findFirst();
        if (factor.isPresent()) {
            throw new CheckpointException(path + ": beside a decoder it holds LoRA weights ('" + factor.get()
                    + "', ...) that belong into the backbone; without them the decoder gives something else than it was"
                    + " trained for. To take the decoder all the same:"
                    + " SegmentPredictor.of(model, FineTuneFile.read(path).loadDecoder(model), classes).");
        }
    }

    private static StoredTensor factor(Path path, StateDict tensors, String side, int index) {
        String name = String.format("w_%s_%03d", side, index);
        return tensors.find(name)
                .orElseThrow(() -> new CheckpointException(
                        path + ": '" + name + "' is missing; the file is damaged or was saved half"));
    }

    private static StoredTensor require(Path path, StateDict tensors, String side, int index, long rows, long columns) {
        StoredTensor tensor = factor(path, tensors, side, index);
        if (!Arrays.equals(tensor.shape(), new long[] {rows, columns})) {
            throw new CheckpointException(String.format(
                    "%s: 'w_%s_%03d' is %s, the others ask for [%d, %d]",
                    path, side, index, Arrays.toString(tensor.shape()), rows, columns));
        }
        return tensor;
    }
}
