package io.github.dino4j.predict;

import io.github.dino4j.backbone.DepthFusion;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a checkpoint alone may leave open. The defaults fit every published file.
 *
 * @param model name in the catalogue, where a file fits several
 * @param part key of a training checkpoint ({@code student}); teacher unless said
 * @param heads attention heads, where neither the file nor the catalogue tells
 * @param reference whose numbers to give
 * @param periods where rotary periods come from
 * @param memory how weights are held for {@link Precision#PLAIN}
 * @param precision in which arithmetic the backbone runs
 * @param depth how depth is added to an RGB model; a file that has depth needs it not
 */
public record LoadOptions(
        Optional<String> model,
        Optional<String> part,
        OptionalInt heads,
        Reference reference,
        Periods periods,
        Memory memory,
        Precision precision,
        Optional<DepthFusion> depth) {
    public static final LoadOptions DEFAULT = new LoadOptions(
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            Reference.META,
            Periods.BY_REFERENCE,
            Memory.AUTO,
            Precision.FLOAT32,
            Optional.empty());

    /** Rotary periods of v3: published files hold them rounded to bfloat16. */
    public enum Periods {
        /** Stored ones for {@link Reference#META}, recomputed ones for the others. */
        BY_REFERENCE,
        /** As the checkpoint stores them. */
        CHECKPOINT,
        /** Recomputed in float32. */
        FLOAT32
    }

    /** How weights are held in memory. */
    public enum Memory {
        /** float32, unless that would take more than half of this machine's memory. */
        AUTO,
        FLOAT32,
        /** As the file has them, mapped, widened at each use. */
        AS_STORED
    }

    /** Arithmetic of a loaded backbone. Residual stream, norms and softmax are float32 in each. */
    public enum Precision {
        /** libtorch's operators on the weights as they lie in the file: nothing is packed, everything can be trained. */
        PLAIN,
        /** float32 on packed weights: exact and the default. Falls back to PLAIN where the processor has no kernels for it. */
        FLOAT32,
        /** Linears and attention in bfloat16. */
        BFLOAT16,
        /**
         * Linears in int8 (a scale a channel, activations measured as they come), attention in bfloat16. Results do not
         * depend on the batch; they do, within the drift, on the number of threads, which decides how tokens are cut.
         */
        INT8,
        /** The fastest that this processor has kernels for. */
        AUTO
    }

    public LoadOptions withModel(String name) {
        return new LoadOptions(Optional.of(name), part, heads, reference, periods, memory, precision, depth);
    }

    public LoadOptions withPart(String key) {
        return new LoadOptions(model, Optional.of(key), heads, reference, periods, memory, precision, depth);
    }

    public LoadOptions withHeads(int count) {
        return new LoadOptions(model, part, OptionalInt.of(count), reference, periods, memory, precision, depth);
    }

    public LoadOptions withReference(Reference other) {
        return new LoadOptions(model, part, heads, other, periods, memory, precision, depth);
    }

    public LoadOptions withPeriods(Periods other) {
        return new LoadOptions(model, part, heads, reference, other, memory, precision, depth);
    }

    public LoadOptions withMemory(Memory other) {
        return new LoadOptions(model, part, heads, reference, periods, other, precision, depth);
    }

    public LoadOptions withPrecision(Precision other) {
        return new LoadOptions(model, part, heads, reference, periods, memory, other, depth);
    }

    /** Adds depth to a model of colours; {@link DepthFusion} says how its features relate to the RGB model's at first. */
    public LoadOptions withDepth(DepthFusion fusion) {
        return new LoadOptions(model, part, heads, reference, periods, memory, precision, Optional.of(fusion));
    }
}
