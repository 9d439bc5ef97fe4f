package io.github.dino4j.detect;

import io.github.dino4j.image.Box;

/**
 * One object that was found.
 *
 * @param box around it, in pixels of the photo
 * @param category index into the class list
 * @param score how sure the model is, 0 to 1
 */
public record Detection(Box box, int category, float score) {
    public Detection {
        if (category < 0 || !(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("a detection has a class of 0 or more and a score in 0..1, found class "
                    + category + " and score " + score);
        }
    }
}
