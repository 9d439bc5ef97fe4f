package io.github.dino4j.image;

import java.util.function.DoubleUnaryOperator;

/**
 * A sizing policy worked out for one image: resize to {@code resizedHeight x resizedWidth}, then look through a window of
 * {@code height x width} whose corner stands at (top, left) of the resized image, negative where it is padded.
 */
record Layout(
        int resizedHeight, int resizedWidth, int top, int left, int height, int width, boolean padAfterNormalising) {

    private static final long LARGEST = 178_956_970; // pixels, as the decoder's limit

    /** @throws IllegalArgumentException if the result would be empty or absurdly large */
    static Layout of(Sizing sizing, int height, int width) {
        Layout layout = compute(sizing, height, width);
        long area = Math.max((long) layout.resizedHeight * layout.resizedWidth, (long) layout.height * layout.width);
        if (area > LARGEST) {
            throw new IllegalArgumentException("an image of " + width + " x " + height + " would become "
                    + layout.resizedWidth + " x " + layout.resizedHeight + " pixels under '" + sizing
                    + "'; crop it, or force both sides");
        }
        return layout;
    }

    private static Layout compute(Sizing sizing, int height, int width) {
        if (sizing instanceof Sizing.Scaling scaling) {
            return scale(scaling, height, width);
        }
        if (sizing instanceof Sizing.ShorterSideThenCrop s) {
            Layout r = shorterSide(s.size(), height, width);
            int top = s.rounding().offset(r.height, s.crop());
            int left = s.rounding().offset(r.width, s.crop());
            return new Layout(r.height, r.width, top, left, s.crop(), s.crop(), false);
        }
        if (sizing instanceof Sizing.PadToMultiple s) {
            Layout r = scale(s.first(), height, width);
            int padHeight = Math.floorMod(-r.height, s.multiple());
            int padWidth = Math.floorMod(-r.width, s.multiple());
            return new Layout(
                    r.height,
                    r.width,
                    -(padHeight / 2),
                    -(padWidth / 2),
                    r.height + padHeight,
                    r.width + padWidth,
                    true);
        }
        if (sizing instanceof Sizing.CropToMultiple s) {
            Layout r = scale(s.first(), height, width);
            int h = r.height - r.height % s.multiple();
            int w = r.width - r.width % s.multiple();
            if (h == 0 || w == 0) {
                throw new IllegalArgumentException("an image of " + r.width + " x " + r.height
                        + " pixels holds no patch of " + s.multiple() + "; pad or resize it instead of cropping");
            }
            return new Layout(r.height, r.width, 0, 0, h, w, false);
        }
        throw new AssertionError(sizing);
    }

    private static Layout scale(Sizing.Scaling sizing, int height, int width) {
        if (sizing instanceof Sizing.Exact s) {
            return whole(s.height(), s.width());
        }
        if (sizing instanceof Sizing.ShorterSide s) {
            return shorterSide(s.size(), height, width);
        }
        if (sizing instanceof Sizing.LongerSideAtMost s) {
            return atMost(s.size(), height, width);
        }
        if (sizing instanceof Sizing.KeepAspectToMultiple s) {
            boolean shorter = s.side() == Sizing.Side.SHORTER;
            double scale = (double) s.target() / (shorter ? Math.min(height, width) : Math.max(height, width));
            return whole(multiple(height * scale, s.multiple()), multiple(width * scale, s.multiple()));
        }
        return whole(height, width);
    }

    private static Layout atMost(int size, int height, int width) {
        if (Math.max(height, width) <= size) {
            return whole(height, width);
        }
        double aspect = (double) width / height;
        return width >= height
                ? whole(nearest(size / aspect, n -> Math.abs(aspect - size / n)), size)
                : whole(size, nearest(size * aspect, n -> Math.abs(aspect - n / size)));
    }

    /** The whole number below or above that misses the aspect less; of two alike the lower. */
    private static int nearest(double length, DoubleUnaryOperator miss) {
        double below = Math.floor(length);
        double above = Math.ceil(length);
        double best = below >= 1 && miss.applyAsDouble(below) <= miss.applyAsDouble(above) ? below : above;
        return Math.max(1, (int) best);
    }

    private static int multiple(double length, int multiple) {
        return Math.toIntExact(Math.max(1, Math.round(length / multiple)) * multiple);
    }

    private static Layout shorterSide(int size, int height, int width) {
        return height <= width ? whole(size, longer(size, width, height)) : whole(longer(size, height, width), size);
    }

    private static int longer(int size, int longSide, int shortSide) {
        return Math.toIntExact((long) size * longSide / shortSide);
    }

    private static Layout whole(int height, int width) {
        return new Layout(height, width, 0, 0, height, width, false);
    }
}
