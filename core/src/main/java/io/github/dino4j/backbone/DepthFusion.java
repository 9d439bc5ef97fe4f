package io.github.dino4j.backbone;

import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How depth enters a backbone that was trained on colours: at its first layer, so that every block sees it ("early
 * fusion"). Images are then [B, 4, H, W], normalised depth last. The published models and their code know no depth; this
 * is Dino4J's own definition.
 *
 * <p>What the new weights are at the start decides how the model relates to the RGB one then:
 * <ul>
 *   <li>{@link Branch} and {@link Start#ZERO} equal it <b>for every depth</b>. Depth says nothing until it is trained, which
 *       starts at once: the gradient of the new weights is that of the tokens times the depth.
 *   <li>{@link Start#MEAN} and {@link Start#COPY} equal it <b>only where normalised depth is 0</b>, at its mean and where
 *       nothing was measured. Elsewhere depth acts as a grey (or green) picture laid over the photo, whose edges the model
 *       knows; the RGB weights are left as they are, since scaling them down would make the model differ everywhere.
 * </ul>
 * A branch is equal bit by bit, in every arithmetic. The others sum in another order and are equal within rounding.
 *
 * <p>Of vision transformers (v1, v2, v3) and ConvNeXt.
 *
 * <pre>{@code
 * LoadOptions rgbd = LoadOptions.DEFAULT.withDepth(new DepthFusion.Branch());
 * try (Dino dino = Dino.load(checkpoint, rgbd)) {
 *     Features features = dino.features(photo, DepthFrame.of(width, height, metres));
 * }
 * }</pre>
 */
public sealed interface DepthFusion {
    /** Key of the safetensors metadata under which a file keeps its {@link DepthNormalisation}. */
    String NORMALISATION_KEY = "dino4j.depth";

    /** Name of the branch's layer in a state dict. */
    String BRANCH = "depth_embed.proj";

    /** How depth is normalised for these weights. */
    DepthNormalisation normalisation();

    /**
     * A first layer of depth's own beside that of the colours, whose weights stay untouched under their names: new weights
     * {@code depth_embed.proj.weight} [C, 1, p, p] and {@code .bias} [C], all zero, and its output is added.
     */
    record Branch(DepthNormalisation normalisation) implements DepthFusion {
        public Branch() {
            this(DepthNormalisation.INDOOR);
        }
    }

    /** The first layer widened to a fourth channel: its weight is [C, 4, p, p]. */
    record Widened(Start start, DepthNormalisation normalisation) implements DepthFusion {
        public Widened(Start start) {
            this(start, DepthNormalisation.INDOOR);
        }
    }

    /** First weights of the fourth channel. */
    enum Start {
        ZERO,
        /** The mean of those of red, green and blue. */
        MEAN,
        /** Those of green, which carries most of a photo's brightness. */
        COPY
    }

    /**
     * The configuration of the model with depth.
     *
     * @throws IllegalArgumentException if the model is no vision transformer or ConvNeXt of three channels
     */
    default BackboneConfig of(BackboneConfig rgb) {
        boolean branch = this instanceof Branch;
        if (rgb.inChannels() == 3 && rgb instanceof VitConfig vit) {
            return vit.withChannels(4, branch);
        }
        if (rgb.inChannels() == 3 && rgb instanceof ConvNextConfig convNext) {
            return convNext.withChannels(4, branch);
        }
        throw new IllegalArgumentException(BackboneCatalog.describe(rgb) + " on " + rgb.inChannels()
                + " channels takes no depth; vision transformers and ConvNeXt on 3 do");
    }

    /**
     * A checkpoint with depth: that of an RGB model with new weights and {@link #NORMALISATION_KEY}, to be loaded or
     * converted like any other. One that has depth in this way keeps what it has.
     *
     * @throws CheckpointException if it has depth in the other way, or its first layer cannot take it
     */
    default Checkpoint onto(Checkpoint checkpoint) {
        StateDict weights = checkpoint.weights();
        String first = weights.contains("downsample_layers.0.0.weight") ? "downsample_layers.0.0" : "patch_embed.proj";
        StoredTensor weight = weights.find(first + ".weight")
                .orElseThrow(() -> new CheckpointException(checkpoint.path() + ": "
                        + checkpoint.naming().label()
                        + " has no '" + first + ".weight' to add depth to; vision transformers and ConvNeXt have."
                        + " Load it without depth."));
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(weights.tensors());
        long channels = weight.shape().length == 4 ? weight.shape()[1] : 0;
        boolean branch = weights.contains(BRANCH + ".weight");
        if (branch || channels == 4) {
            if (branch != this instanceof Branch) {
                throw new CheckpointException(checkpoint.path() + ": reads depth already, "
                        + (branch ? "in a branch" : "in a first layer of four channels")
                        + ". Load it as it is, or start from the RGB model.");
            }
        } else if (channels != 3) {
            throw new CheckpointException(checkpoint.path() + ": '" + first + ".weight' is "
                    + Arrays.toString(weight.shape()) + "; depth is added to [C, 3, p, p], R, G and B.");
        } else if (this instanceof Widened widened) {
            tensors.put(first + ".weight", widened(weight, widened.start()));
        } else {
            long[] shape = weight.shape();
            shape[1] = 1;
            tensors.put(BRANCH + ".weight", new StoredTensor.Filled(weight.dtype(), shape, 0));
            tensors.put(BRANCH + ".bias", new StoredTensor.Filled(weight.dtype(), new long[] {shape[0]}, 0));
        }
        Map<String, String> metadata = new LinkedHashMap<>(checkpoint.metadata());
        metadata.putIfAbsent(NORMALISATION_KEY, normalisation().text());
        return new Checkpoint(
                checkpoint.path(),
                checkpoint.container(),
                checkpoint.naming(),
                StateDict.of(tensors),
                checkpoint.extras(),
                checkpoint.hints(),
                metadata,
                checkpoint.explanation());
    }

    /** What a checkpoint says of its depth. */
    static Optional<DepthNormalisation> normalisation(Checkpoint checkpoint) {
        return DepthNormalisation.parse(checkpoint.metadata().getOrDefault(NORMALISATION_KEY, ""));
    }

    /** [C, 3, p, p] with a fourth channel, in the type that it is stored in. */
    private static StoredTensor widened(StoredTensor weight, Start start) {
        long[] shape = weight.shape();
        int area = Math.toIntExact(shape[2] * shape[3]);
        float[] from = weight.toFloats();
        float[] to = new float[from.length / 3 * 4];
        for (int c = 0; c < shape[0]; c++) {
            int colours = 3 * area * c;
            int all = 4 * area * c;
            System.arraycopy(from, colours, to, all, 3 * area);
            for (int i = 0; i < area; i++) {
                float green = from[colours + area + i];
                to[all + 3 * area + i] = switch (start) {
                    case ZERO -> 0;
                    case MEAN -> (from[colours + i] + green + from[colours + 2 * area + i]) / 3;
                    case COPY -> green;
                };
            }
        }
        shape[1] = 4;
        DType type = weight.dtype() == DType.F64 ? DType.F32 : weight.dtype();
        return StoredTensor.InMemory.of(shape, to).as(type);
    }
}
