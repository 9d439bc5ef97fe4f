package io.github.dino4j.image;

import java.util.Locale;

/** Resampling filter. Bilinear, bicubic and Lanczos widen their support when they shrink (antialiasing), always. */
public enum Interpolation {
    /** The nearest source pixel. */
    NEAREST(0),
    /** Triangle of support 1. */
    BILINEAR(1),
    /** Cubic with a = -0.5 (Pillow's, and torch's when antialiased) and support 2. */
    BICUBIC(2),
    /** Windowed sinc with support 3; Pillow only, torch has none. */
    LANCZOS(3);

    private final double support;

    Interpolation(double support) {
        this.support = support;
    }

    /** Half the width of the filter at scale 1, in source pixels. */
    double support() {
        return support;
    }

    /** The filter at x, in double as Pillow has it. */
    double weight(double x) {
        double d = Math.abs(x);
        return switch (this) {
            case NEAREST -> throw new IllegalStateException("nearest has no filter");
            case BILINEAR -> d < 1 ? 1 - d : 0;
            case BICUBIC -> d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? (((d - 5) * d + 8) * d - 4) * -0.5 : 0;
            case LANCZOS -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        };
    }

    /** The filter at x, in float32 as torch has it. */
    float weight(float x) {
        float d = Math.abs(x);
        return switch (this) {
            case BILINEAR -> d < 1 ? 1 - d : 0;
            case BICUBIC -> d < 1 ? (1.5f * d - 2.5f) * d * d + 1 : d < 2 ? (((d - 5) * d + 8) * d - 4) * -0.5f : 0;
            case NEAREST, LANCZOS -> throw new IllegalStateException(this + " has no float filter");
        };
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
