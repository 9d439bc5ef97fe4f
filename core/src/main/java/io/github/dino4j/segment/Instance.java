package io.github.dino4j.segment;

/**
 * One object that instance segmentation found.
 *
 * @param category index into the class list
 * @param score how sure the model is
 * @param mask of the photo's size
 * @param box around it, as the model gives it or as the mask fills it
 */
public record Instance(int category, float score, Rle mask, PixelBox box) {
    /** With the box that the mask fills. */
    public static Instance of(int category, float score, Rle mask) {
        return new Instance(category, score, mask, mask.box());
    }
}
