package io.github.dino4j.train;

import io.github.dino4j.classify.LabelledPhotos;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import java.util.List;
import java.util.random.RandomGenerator;

/** Photos of class folders as examples. Immutable. */
public final class ClassExamples implements Examples<ClassExample> {
    private final LabelledPhotos photos;
    private final ImageDecoder decoder;
    private final Preparation preparation;

    /** How a photo becomes the model's input. */
    @FunctionalInterface
    public interface Preparation {
        Pixels prepare(RgbImage photo, RandomGenerator random);
    }

    public ClassExamples(LabelledPhotos photos, ImageDecoder decoder, Preparation preparation) {
        this.photos = photos;
        this.decoder = decoder;
        this.preparation = preparation;
    }

    /** The same transform each time: for validation, and for features that are computed once. */
    public static ClassExamples of(LabelledPhotos photos, Transform transform) {
        return new ClassExamples(photos, ImageDecoder.standard(), (photo, random) -> transform.apply(photo));
    }

    @Override
    public int size() {
        return photos.size();
    }

    @Override
    public String name(int index) {
        return photos.photos().get(index).toString();
    }

    @Override
    public ClassExample load(int index, RandomGenerator random) {
        RgbImage photo = decoder.read(photos.photos().get(index));
        return new ClassExample(
                preparation.prepare(photo, random), List.of(photos.labels().get(index)));
    }
}
