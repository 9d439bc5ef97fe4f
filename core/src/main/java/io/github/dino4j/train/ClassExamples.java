package io.github.dino4j.train;

import io.github.dino4j.augment.Change;
import io.github.dino4j.augment.Scene;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import java.util.List;
import java.util.random.RandomGenerator;

/** The photos of a set of classes as examples. Immutable and thread-safe. */
public final class ClassExamples implements Examples<ClassExample> {
    private final TruthSet set;
    private final Preparation preparation;

    /** How a photo becomes the model's input. */
    private interface Preparation {
        Input prepare(int index, RgbImage photo, RandomGenerator random);
    }

    private ClassExamples(TruthSet set, Preparation preparation) {
        this.set = set;
        this.preparation = preparation;
        for (Example example : set.examples()) {
            if (example.category().isEmpty()) {
                throw new IllegalArgumentException(
                        set.name() + ": '" + example.name() + "' has no class of the whole photo; read class folders"
                                + " (ClassFolders) or a manifest with a class for each photo");
            }
        }
    }

    /**
     * Changed at random, to learn from.
     *
     * @param change ends in one size for all photos
     * @throws IllegalArgumentException if a photo has no class
     */
    public static ClassExamples of(TruthSet set, Change change, Normalisation normalisation) {
        return new ClassExamples(set, (index, photo, random) -> {
            Scene scene = change.apply(Scene.of(photo), random);
            return new Input(index, 3, scene.height(), scene.width(), scene.values(normalisation));
        });
    }

    /** The same input each time: to validate, and where features are computed once. */
    public static ClassExamples of(TruthSet set, Transform transform) {
        return new ClassExamples(set, (index, photo, random) -> Input.of(index, transform.apply(photo)));
    }

    @Override
    public int size() {
        return set.size();
    }

    @Override
    public String name(int index) {
        return set.example(index).image().toString();
    }

    @Override
    public ClassExample load(int index, RandomGenerator random) {
        Example example = set.example(index);
        RgbImage photo = ImageDecoder.standard().read(example.image());
        return new ClassExample(
                preparation.prepare(index, photo, random),
                List.of(example.category().orElseThrow()));
    }
}
