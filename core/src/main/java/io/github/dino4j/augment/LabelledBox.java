package io.github.dino4j.augment;

import io.github.dino4j.image.Box;

/**
 * A box around one object.
 *
 * @param box in pixels of the photo
 * @param label class index, from 0
 * @param crowd whether it is drawn around a group that nobody told apart (COCO's {@code iscrowd}): no detector should
 *     learn it, and no prediction inside of it is wrong
 * @param filled share of the box that the object covers, 1 where its outline is not known; it stays as the box is moved,
 *     scaled and cut, which for a cut is an approximation
 */
public record LabelledBox(Box box, int label, boolean crowd, double filled) {
    public LabelledBox {
        if (label < 0) {
            throw new IllegalArgumentException("a box has a class index of 0 or more, found " + label);
        }
        if (!(filled >= 0 && filled < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("an object covers a share of its box, 0 or more, found " + filled);
        }
    }

    /** An object without an outline. */
    public LabelledBox(Box box, int label, boolean crowd) {
        this(box, label, crowd, 1);
    }

    /** A box around a single object. */
    public LabelledBox(Box box, int label) {
        this(box, label, false, 1);
    }

    /** The same object at another place. */
    public LabelledBox at(Box place) {
        return new LabelledBox(place, label, crowd, filled);
    }

    /** In square pixels: of the object's outline where that is known, else of the box. */
    public double area() {
        return box.area() * filled;
    }
}
