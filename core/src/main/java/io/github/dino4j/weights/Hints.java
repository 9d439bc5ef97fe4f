package io.github.dino4j.weights;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What config.json, preprocessor_config.json and names say beyond the tensors. Every value may be absent; where the
 * tensors say something else, they are right.
 *
 * @param modelType Hugging Face's, "dinov3_vit"
 * @param architecture timm's, "vit_small_patch16_dinov3"
 * @param imageSize side in pixels of the images the position grid is for
 * @param layerNormEps as the file says; Hugging Face's files of DINOv1 say 1e-12 where Meta's model has 1e-6
 * @param ropeTheta base of the RoPE periods
 * @param gated whether the feed-forward network is gated
 * @param backboneLayers blocks whose output a head takes, counted from 0
 */
public record Hints(
        Optional<String> modelType,
        Optional<String> architecture,
        OptionalInt dim,
        OptionalInt depth,
        OptionalInt heads,
        OptionalInt patch,
        OptionalInt registers,
        OptionalInt imageSize,
        OptionalInt ffnHidden,
        OptionalDouble layerNormEps,
        OptionalDouble ropeTheta,
        Optional<Boolean> gated,
        Optional<String> activation,
        RopeAugmentation ropeAugmentation,
        List<Integer> backboneLayers,
        Optional<Preprocessing> preprocessing,
        Optional<PretrainingData> pretrainingData) {

    /** Nothing is known. */
    public static final Hints NONE = new Hints(
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            Optional.empty(),
            Optional.empty(),
            RopeAugmentation.NONE,
            List.of(),
            Optional.empty(),
            Optional.empty());

    public Hints {
        backboneLayers = List.copyOf(backboneLayers);
    }

    /** Changes to RoPE coordinates while training; of no effect in inference. */
    public record RopeAugmentation(OptionalDouble shift, OptionalDouble jitter, OptionalDouble rescale) {
        public static final RopeAugmentation NONE =
                new RopeAugmentation(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());
    }
}
