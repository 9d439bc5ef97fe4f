package io.github.dino4j.lora;

import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The adapter in a file of dinov3-finetune: q and v of every block, without scaling, in the order block 0 q, block 0 v,
 * block 1 q, ... Only headers are read until {@link #lora}.
 *
 * @param blocks of the backbone it was trained on
 * @param width C of that backbone
 * @param rank r
 * @param factors {@code blocks.{i}.q.a} and {@code .v.a} [r, C], {@code .q.b} and {@code .v.b} [C, r]
 * @param rest everything else: a decoder
 */
public record FineTuneFactors(Path path, int blocks, int width, int rank, StateDict factors, StateDict rest) {
    private static final Pattern FACTOR = Pattern.compile("w_([ab])_(\\d{3,6})");
    private static final Set<Target> TARGETS = EnumSet.of(Target.Q, Target.V);

    /** Whether there are such factors among tensors. */
    public static boolean in(StateDict tensors) {
        return first(tensors).isPresent();
    }

    /** The first such factor's name. */
    public static Optional<String> first(StateDict tensors) {
        return tensors.names().stream()
                .filter(name -> FACTOR.matcher(name).matches())
                .findFirst();
    }

    /**
     * Finds them.
     *
     * @throws CheckpointException if there are none, one is missing, or their shapes do not agree
     */
    public static FineTuneFactors read(Path path, StateDict tensors) {
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
        Map<String, StoredTensor> lora = new LinkedHashMap<>();
        for (int i = 0; i <= last; i++) {
            String name = "blocks." + i / 2 + (i % 2 == 0 ? ".q." : ".v.");
            lora.put(name + "a", require(path, tensors, "a", i, shape[0], shape[1]));
            lora.put(name + "b", require(path, tensors, "b", i, shape[1], shape[0]));
        }
        return new FineTuneFactors(
                path,
                (last + 1) / 2,
                (int) shape[1],
                (int) shape[0],
                StateDict.of(lora),
                tensors.select(name -> !FACTOR.matcher(name).matches()));
    }

    /**
     * The adapter.
     *
     * @throws CheckpointException if a value is not finite
     */
    public Lora lora() {
        LoraSpec spec = LoraSpec.DEFAULT.withRank(rank).withTargets(TARGETS);
        return new Lora(spec, Optional.empty(), LoraFile.factors(path, factors, rank));
    }

    /**
     * Writes an adapter under the names of dinov3-finetune, as safetensors. A scaling goes into B.
     *
     * @param decoder what shall lie beside it, under the names of its own; may be empty
     * @throws IllegalArgumentException if it changes something else than q and v of every block of a vision transformer;
     *     blocks that are listed by number are refused, since whether they are all is not known here
     */
    public static void write(Lora lora, Path file, StateDict decoder) {
        BlockRange range = lora.spec().blocks();
        if (!range.equals(BlockRange.ALL) && !range.text().startsWith("last ")) { // the last ones with block 0 are all
            throw new IllegalArgumentException("dinov3-finetune knows LoRA on all blocks, and this is " + lora
                    + "; write it in another form, or train it with 'all' blocks");
        }
        int blocks = lora.factors().size() / 2;
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 2 * blocks; i++) {
            String key = "blocks." + i / 2 + (i % 2 == 0 ? ".q" : ".v");
            LoraFactors pair = lora.factors().get(key);
            if (pair == null || !lora.spec().targets().equals(TARGETS)) {
                throw new IllegalArgumentException("dinov3-finetune knows LoRA on q and v of every block of a vision"
                        + " transformer, and this is " + lora + "; write it in another form");
            }
            float[] up = pair.b();
            for (int k = 0; k < up.length; k++) {
                up[k] *= (float) lora.spec().scaling();
            }
            tensors.put(name("a", i), LoraFile.matrix(pair.a(), pair.rank(), pair.in()));
            tensors.put(name("b", i), LoraFile.matrix(up, pair.out(), pair.rank()));
        }
        tensors.putAll(decoder.tensors());
        Safetensors.write(file, tensors, Map.of("format", "pt"));
    }

    private static StoredTensor factor(Path path, StateDict tensors, String side, int index) {
        String name = name(side, index);
        return tensors.find(name)
                .orElseThrow(() -> new CheckpointException(
                        path + ": '" + name + "' is missing; the file is damaged or was saved half"));
    }

    private static StoredTensor require(Path path, StateDict tensors, String side, int index, long rows, long columns) {
        StoredTensor tensor = factor(path, tensors, side, index);
        if (!Arrays.equals(tensor.shape(), new long[] {rows, columns})) {
            throw new CheckpointException(path + ": '" + name(side, index) + "' is " + Arrays.toString(tensor.shape())
                    + ", the others ask for [" + rows + ", " + columns + "]");
        }
        return tensor;
    }

    private static String name(String side, int index) {
        return String.format(Locale.ROOT, "w_%s_%03d", side, index);
    }
}
