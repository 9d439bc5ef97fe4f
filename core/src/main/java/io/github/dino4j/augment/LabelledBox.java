package io.github.dino4j.augment;

import io.github.dino4j.image.Box;

/**
 * A box around one object.
 *
 * @param box in pixels of the photo
 * @param label class index, from 0
 * @param crowd whether it is drawn around a group that nobody told apart (COCO's {@code iscrowd}): no detector should
 *     learn it, and no prediction inside of it is wrong
 */
public record LabelledBox(Box box, int label, boolean crowd) {
    public LabelledBox {
        if (label < 0) {
            throw new IllegalArgumentException("a box has a class index of 0 or more, found " + label);
        }
    }

    /** A box around a single object. */
    public LabelledBox(Box box, int label) {
        this(box, label, false);
    }

    /** The same object at another place. */
    public LabelledBox at(Box place) {
        return new LabelledBox(place, label, crowd);
    }
}
