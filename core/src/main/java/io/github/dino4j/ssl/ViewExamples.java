package io.github.dino4j.ssl;

import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.train.Examples;
import java.util.random.RandomGenerator;

/** The photos of a set, cut anew in each epoch. */
public record ViewExamples(TruthSet photos, MultiCrop crops, Normalisation normalisation) implements Examples<Views> {
    @Override
    public int size() {
        return photos.size();
    }

    @Override
    public String name(int index) {
        return photos.example(index).image().toString();
    }

    @Override
    public Views load(int index, RandomGenerator random) {
        return crops.cut(index, photos.read(index), normalisation, random);
    }
}
