package io.github.dino4j.recipe;

import io.github.dino4j.augment.Change;
import io.github.dino4j.augment.Scene;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.Transform;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.Input;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Examples of a task, made of the photos of a set.
 *
 * @param change of each
 * @param transform whose normalisation the backbone reads
 * @param depth whether depth is a fourth channel
 * @param make what the task wants of the changed scene and its normalised input
 */
record PhotoExamples<E>(TruthSet set, Change change, Transform transform, boolean depth, Make<E> make)
        implements Examples<E> {
    /** Makes an example. */
    interface Make<E> {
        E of(int index, Scene scene, Input input);
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
    public E load(int index, RandomGenerator random) {
        Scene scene = change.apply(set.read(index), random);
        float[] colours = scene.values(transform.normalisation());
        if (!depth) {
            return make.of(index, scene, new Input(index, 3, scene.height(), scene.width(), colours));
        }
        DepthFrame frame = scene.depth()
                .orElseThrow(() -> new IllegalArgumentException(name(index)
                        + ": the backbone reads depth, and this photo comes without; give 'data.train.depth'"));
        var normalisation = transform.depth().orElseThrow();
        float[] metres = frame.metres();
        float[] values = Arrays.copyOf(colours, colours.length / 3 * 4);
        for (int i = 0; i < colours.length / 3; i++) {
            values[colours.length + i] = normalisation.apply(metres[i]);
        }
        return make.of(index, scene, new Input(index, 4, scene.height(), scene.width(), values));
    }
}
