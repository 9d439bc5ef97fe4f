package io.github.dino4j.bench;

/** Pixels of a model's input. */
public record InputSize(int height, int width) {
    public static InputSize square(int side) {
        return new InputSize(side, side);
    }

    @Override
    public String toString() {
        return height == width ? Integer.toString(height) : height + "x" + width;
    }
}
