package io.github.dino4j.segment;

/**
 * A score of every class at every place: probabilities or logits, as the head gives them.
 *
 * @param classes K
 * @param height h, of the score map, which may be coarser than the photo
 * @param width w
 * @param values [K, h, w], not copied; not to be modified
 */
@SuppressWarnings("ArrayRecordComponent") // hundreds of megabytes; two score maps are never compared
public record ClassScores(int classes, int height, int width, float[] values) {
    public ClassScores {
        if (classes < 1 || height < 1 || width < 1 || values.length != (long) classes * height * width) {
            throw new IllegalArgumentException(
                    values.length + " scores do not make [" + classes + ", " + height + ", " + width + "]");
        }
    }

    /** The score of class {@code index} in column x, row y of the score map. */
    public float at(int index, int x, int y) {
        if (index < 0 || index >= classes || x < 0 || x >= width || y < 0 || y >= height) {
            throw new IndexOutOfBoundsException("score of class " + index + " at (" + x + ", " + y + ") of " + this);
        }
        return values[(index * height + y) * width + x];
    }

    @Override
    public String toString() {
        return "ClassScores[" + classes + ", " + height + ", " + width + "]";
    }
}
