package io.github.dino4j.classify;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Whole photos as features: what a classifier reads of a backbone. Immutable; the model stays the caller's.
 *
 * @param input which tokens
 * @param transform how photos are prepared
 */
public record FeatureReader(Model model, LinearInput input, Transform transform) {
    /** The class token, with the transform of the papers' k-NN: shorter side 256, centre crop 224. */
    public static FeatureReader classToken(Model model) {
        Transform own = model.card().transform();
        return new FeatureReader(
                model, LinearInput.CLASS_TOKEN, Transform.dinoV3Eval().withNormalisation(own.normalisation()));
    }

    /** Number of values of a feature. */
    public int dim() {
        return input.width(model.config());
    }

    /**
     * The feature [dim] of a photo.
     *
     * @throws NotFiniteException if the model gives NaN or infinity
     */
    public float[] read(RgbImage photo) {
        Pixels pixels = model.prepare(transform, photo, Optional.empty());
        float[] feature = model.run(backbone -> input.of(input.taps().read(backbone, Model.tensor(List.of(pixels))))
                .toFloats());
        for (float value : feature) {
            if (!Float.isFinite(value)) {
                throw new NotFiniteException("the features of " + model.card().name()
                        + " are NaN or infinite: the arithmetic overflows; try another precision");
            }
        }
        return feature;
    }

    /** Features [B, dim] of photos of one size in one pass. */
    public float[][] read(List<RgbImage> photos) {
        List<Pixels> pixels = photos.stream()
                .map(photo -> model.prepare(transform, photo, Optional.empty()))
                .toList();
        return model.run(backbone -> {
            Tensor features = input.of(input.taps().read(backbone, Model.tensor(pixels)));
            float[] values = features.toFloats();
            float[][] rows = new float[pixels.size()][values.length / pixels.size()];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(values, i * rows[i].length, rows[i], 0, rows[i].length);
            }
            return rows;
        });
    }
}
