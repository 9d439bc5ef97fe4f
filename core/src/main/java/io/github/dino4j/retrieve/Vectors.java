package io.github.dino4j.retrieve;

/** Vectors of unit length, whose dot product is the cosine. */
final class Vectors {
    private Vectors() {}

    /**
     * A copy of length 1.
     *
     * @param what names the vector, for the message
     * @throws IllegalArgumentException if a value is NaN or infinite, or all are 0: such a vector is near to nothing
     */
    static float[] unit(float[] vector, String what) {
        double squares = 0;
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new IllegalArgumentException(what + ": value " + i + " of the vector is " + vector[i]
                        + "; vectors with NaN or infinity are near to nothing and are not ranked. Compute it again in"
                        + " another precision, or leave the image out.");
            }
            squares += (double) vector[i] * vector[i];
        }
        double norm = Math.sqrt(squares);
        if (!(norm > 1e-30)) {
            throw new IllegalArgumentException(
                    what + ": all values of the vector are 0, and 0 has no direction to compare;"
                            + " a model whose weights were never loaded looks like this");
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return unit;
    }

    /** The cosine of unit vectors. */
    static float dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return (float) sum;
    }
}
