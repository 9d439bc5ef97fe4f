package io.github.dino4j.segment;

import io.github.dino4j.predict.ClassList;
import java.util.List;

/**
 * The objects of a photo, each with a mask of its own; masks may overlap. The result of instance segmentation.
 *
 * @param width of the photo
 * @param height of the photo
 */
public record InstanceList(int width, int height, ClassList classes, List<Instance> instances) {
    public InstanceList {
        instances = List.copyOf(instances);
        for (int i = 0; i < instances.size(); i++) {
            Instance one = instances.get(i);
            if (one.mask().width() != width || one.mask().height() != height) {
                throw new IllegalArgumentException("the mask of instance " + i + " is "
                        + one.mask().width() + " x " + one.mask().height() + ", the photo " + width + " x " + height);
            }
            if (one.category() < 0 || one.category() >= classes.size()) {
                throw new IllegalArgumentException("instance " + i + " is of class " + one.category() + ", but "
                        + classes.name() + " has 0 to " + (classes.size() - 1));
            }
        }
    }

    @Override
    public String toString() {
        return "InstanceList[" + width + " x " + height + ", " + instances.size() + " instances]";
    }
}
