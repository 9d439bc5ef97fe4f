package io.github.dino4j.augment;

import io.github.dino4j.image.Interpolation;
import java.util.random.RandomGenerator;

/** Changes of size. */
public sealed interface Resizing extends Change {

    /** To one size, whatever becomes of the proportions. */
    record Exact(int height, int width, Interpolation interpolation) implements Resizing {
        public Exact {
            requireSide(Math.min(height, width));
        }

        @Override
        public Scene apply(Scene scene, RandomGenerator random) {
            return scene.resized(height, width, interpolation);
        }

        @Override
        public String describe() {
            return "resize to " + height + " x " + width + " (" + interpolation + ")";
        }
    }

    /**
     * The shorter side to a size drawn at random, the longer one in proportion, rounded.
     *
     * @param side what the range multiplies; the product is rounded down
     * @param scale of {@code side}
     * @param longest bound of the longer side, which goes first; {@link Integer#MAX_VALUE} for none
     */
    record ShorterSide(int side, Range scale, int longest, Interpolation interpolation) implements Resizing {
        public ShorterSide {
            requireSide(side);
            requireSide(longest);
            scale.requireAbove(0, "a scale");
        }

        @Override
        public Scene apply(Scene scene, RandomGenerator random) {
            int shorter = Math.max(1, (int) (side * scale.draw(random)));
            int small = Math.min(scene.height(), scene.width());
            int large = Math.max(scene.height(), scene.width());
            double factor = Math.min((double) shorter / small, (double) longest / large);
            int newSmall = factor * small < shorter ? rounded(factor * small) : shorter;
            int newLarge = Math.min(longest, rounded(factor * large));
            return scene.height() <= scene.width()
                    ? scene.resized(newSmall, newLarge, interpolation)
                    : scene.resized(newLarge, newSmall, interpolation);
        }

        @Override
        public String describe() {
            return "shorter side to " + side + " x " + scale
                    + (longest == Integer.MAX_VALUE ? "" : ", longer side at most " + longest) + " (" + interpolation
                    + ")";
        }
    }

    /** As large as fits into a size, in proportion. */
    record Inside(int height, int width, Interpolation interpolation) implements Resizing {
        public Inside {
            requireSide(Math.min(height, width));
        }

        @Override
        public Scene apply(Scene scene, RandomGenerator random) {
            double factor = Math.min((double) height / scene.height(), (double) width / scene.width());
            return scene.resized(
                    Math.min(height, rounded(factor * scene.height())),
                    Math.min(width, rounded(factor * scene.width())),
                    interpolation);
        }

        @Override
        public String describe() {
            return "resize to fit into " + height + " x " + width + " (" + interpolation + ")";
        }
    }

    private static int rounded(double side) {
        return Math.max(1, (int) (side + 0.5));
    }

    private static void requireSide(int side) {
        if (side < 1) {
            throw new IllegalArgumentException("a side has at least 1 pixel, found " + side);
        }
    }
}
