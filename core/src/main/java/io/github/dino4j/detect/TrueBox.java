package io.github.dino4j.detect;

import io.github.dino4j.augment.LabelledBox;
import io.github.dino4j.image.Box;

/**
 * An object that is there.
 *
 * @param area in square pixels by which it counts as small or large: of its outline in COCO, of the box where there is none
 * @param crowd whether it is a group that nobody told apart: what is found inside of it is neither right nor wrong
 */
public record TrueBox(Box box, int category, double area, boolean crowd) {
    public TrueBox {
        if (category < 0 || !(area >= 0)) {
            throw new IllegalArgumentException(
                    "an object has a class and an area of 0 or more, found class " + category + " and area " + area);
        }
    }

    /** A single object without an outline. */
    public static TrueBox of(Box box, int category) {
        return new TrueBox(box, category, box.area(), false);
    }

    public static TrueBox of(LabelledBox labelled) {
        return new TrueBox(labelled.box(), labelled.label(), labelled.area(), labelled.crowd());
    }
}
