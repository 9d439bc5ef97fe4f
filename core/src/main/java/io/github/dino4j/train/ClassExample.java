package io.github.dino4j.train;

import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * An image and its classes, ready for the model.
 *
 * @param labels class numbers: one, or any number where images have several
 */
public record ClassExample(Input input, List<Integer> labels) {
    public ClassExample {
        labels = List.copyOf(labels);
    }

    /** The images of a batch. */
    static List<Input> inputs(List<ClassExample> batch) {
        return batch.stream().map(ClassExample::input).toList();
    }

    /**
     * 1 for the classes that an image has, else 0 [B, classes].
     *
     * @param several whether an image may have any number of labels
     * @throws IllegalArgumentException if a label is no class, or an image has another number of labels than one
     */
    static Tensor truth(List<ClassExample> batch, int classes, boolean several) {
        float[] truth = new float[batch.size() * classes];
        for (int i = 0; i < batch.size(); i++) {
            ClassExample example = batch.get(i);
            if (!several && example.labels.size() != 1) {
                throw new IllegalArgumentException("example " + example.input.index() + " has the labels "
                        + example.labels + ", and the loss reads one an image; take BinaryCrossEntropy for several");
            }
            for (int label : example.labels) {
                if (label < 0 || label >= classes) {
                    throw new IllegalArgumentException("example " + example.input.index() + " has the label " + label
                            + "; there are classes 0 to " + (classes - 1));
                }
                truth[i * classes + label] = 1;
            }
        }
        return Tensor.of(truth, batch.size(), classes);
    }
}
