package io.github.dino4j.classify;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
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
        return read(List.of(photo))[0];
    }

    /**
     * Features [B][dim] of photos; neighbours that the transform brings to one size go through the model in one pass.
     *
     * @throws NotFiniteException if the model gives NaN or infinity
     */
    public float[][] read(List<RgbImage> photos) {
        List<Pixels> pixels = photos.stream()
                .map(photo -> model.prepare(transform, photo, Optional.empty()))
                .toList();
        float[][] features = new float[photos.size()][];
        for (int first = 0; first < features.length; ) {
            int end = first + 1;
            while (end < features.length && oneSize(pixels.get(first), pixels.get(end))) {
                end++;
            }
            float[][] rows = pass(pixels.subList(first, end));
            System.arraycopy(rows, 0, features, first, rows.length);
            first = end;
        }
        return features;
    }

    private static boolean oneSize(Pixels a, Pixels b) {
        return a.height() == b.height() && a.width() == b.width();
    }

    private float[][] pass(List<Pixels> pixels) {
        float[] values = model.run(backbone ->
                input.of(input.taps().read(backbone, Model.tensor(pixels))).toFloats());
        int dim = values.length / pixels.size();
        float[][] rows = new float[pixels.size()][dim];
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new NotFiniteException("the features of " + model.card().name()
                        + " are NaN or infinite: the arithmetic overflows; try another precision");
            }
            rows[i / dim][i % dim] = values[i];
        }
        return rows;
    }
}
