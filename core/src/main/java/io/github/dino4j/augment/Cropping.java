package io.github.dino4j.augment;

import io.github.dino4j.image.Interpolation;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Cutting out a part, and padding. */
public sealed interface Cropping extends Change {
    /** How often a place is drawn before the last one is taken. */
    int TRIES = 10;

    /**
     * A window at a place drawn evenly; a side on which the photo is smaller is left as it is, see {@link Pad}.
     *
     * @param largestShare what one class may take of the labelled pixels: a window in which one takes more, or in which
     *     there is no second one, is drawn anew, {@value #TRIES} times at most; 1 takes the first window
     */
    record Random(int height, int width, double largestShare) implements Cropping {
        public Random {
            requireSize(height, width);
            if (!(largestShare > 0 && largestShare <= 1)) {
                throw new IllegalArgumentException("a share lies in (0, 1], found " + largestShare);
            }
        }

        @Override
        public Scene apply(Scene scene, RandomGenerator random) {
            int h = Math.min(height, scene.height());
            int w = Math.min(width, scene.width());
            int y = 0;
            int x = 0;
            for (int attempt = 0; attempt < TRIES; attempt++) {
                y = random.nextInt(scene.height() - h + 1);
                x = random.nextInt(scene.width() - w + 1);
                if (largestShare == 1 || scene.labels().isEmpty() || varied(scene, x, y, w, h)) {
                    break;
                }
            }
            return scene.cropped(x, y, w, h);
        }

        private boolean varied(Scene scene, int x, int y, int w, int h) {
            int[] labels = scene.labels().orElseThrow();
            Map<Integer, Integer> counts = new HashMap<>();
            for (int row = y; row < y + h; row++) {
                int end = row * scene.width() + x + w;
                for (int i = end - w; i < end; ) { // run by run: neighbours mostly share a label
                    int start = i;
                    int label = labels[i];
                    while (i < end && labels[i] == label) {
                        i++;
                    }
                    counts.merge(label, i - start, Integer::sum);
                }
            }
            counts.remove(scene.ignored());
            long sum = counts.values().stream().mapToLong(count -> count).sum();
            return counts.size() > 1 && counts.values().stream().allMatch(count -> count <= largestShare * sum);
        }

        @Override
        public String describe() {
            return "random crop " + height + " x " + width
                    + (largestShare < 1 ? ", no class above " + largestShare + " of it" : "");
        }
    }

    /**
     * A window of random area and proportions, resized to one size: torchvision's {@code RandomResizedCrop}. After {@value
     * #TRIES} windows that do not fit, the centre, its proportions held to the range.
     *
     * @param scale of the area, in shares of the photo's
     * @param ratio width over height; its logarithm is drawn evenly
     */
    record RandomResized(int height, int width, Range scale, Range ratio, Interpolation interpolation)
            implements Cropping {
        /** The proportions of the papers: 3/4 to 4/3. */
        public static final Range RATIO = new Range(3 / 4.0, 4 / 3.0);

        public RandomResized {
            requireSize(height, width);
            scale.requireAbove(0, "an area");
            ratio.requireAbove(0, "a ratio");
        }

        @Override
        public Scene apply(Scene scene, RandomGenerator random) {
            double area = (double) scene.height() * scene.width();
            Range logs = new Range(Math.log(ratio.low()), Math.log(ratio.high()));
            for (int attempt = 0; attempt < TRIES; attempt++) {
                double target = area * scale.draw(random);
                double aspect = Math.exp(logs.draw(random));
                int w = (int) Math.rint(Math.sqrt(target * aspect));
                int h = (int) Math.rint(Math.sqrt(target / aspect));
                if (w > 0 && h > 0 && w <= scene.width() && h <= scene.height()) {
                    int y = random.nextInt(scene.height() - h + 1);
                    int x = random.nextInt(scene.width() - w + 1);
                    return scene.cropped(x, y, w, h).resized(height, width, interpolation);
                }
            }
            double whole = (double) scene.width() / scene.height();
            int w = whole > ratio.high() ? (int) Math.rint(scene.height() * ratio.high()) : scene.width();
            int h = whole < ratio.low() ? (int) Math.rint(scene.width() / ratio.low()) : scene.height();
            return scene.cropped((scene.width() - w) / 2, (scene.height() - h) / 2, w, h)
                    .resized(height, width, interpolation);
        }

        @Override
        public String describe() {
            return "random crop of area " + scale + " and ratio " + ratio + ", resized to " + height + " x " + width
                    + " (" + interpolation + ")";
        }
    }

    /** The middle; a photo that is smaller is padded. */
    record Centre(int height, int width) implements Cropping {
        public Centre {
            requireSize(height, width);
        }

        @Override
        public Scene apply(Scene scene, RandomGenerator random) {
            int x = (int) Math.rint((scene.width() - width) / 2.0); // Python's rounding, to the even one
            int y = (int) Math.rint((scene.height() - height) / 2.0);
            return scene.cropped(x, y, width, height);
        }

        @Override
        public String describe() {
            return "centre crop " + height + " x " + width;
        }
    }

    /**
     * A fixed window, such as the part of a depth camera's frame that holds measurements. A photo that it leaves is an
     * error: the window belongs to frames of another camera.
     */
    record Window(int left, int top, int right, int bottom) implements Cropping {
        /** What Kinect frames of NYU Depth v2 (640 x 480) hold inside of their white border. */
        public static final Window NYU = new Window(43, 45, 608, 472);

        public Window {
            if (left < 0 || top < 0) {
                throw new IllegalArgumentException("a window begins at 0 or more, found (" + left + ", " + top + ")");
            }
            requireSize(bottom - top, right - left);
        }

        @Override
        public Scene apply(Scene scene, RandomGenerator random) {
            if (right > scene.width() || bottom > scene.height()) {
                throw new IllegalArgumentException("the window " + describe() + " leaves a photo of " + scene.width()
                        + " x " + scene.height() + "; it belongs to frames of another camera, leave it out");
            }
            return scene.cropped(left, top, right - left, bottom - top);
        }

        @Override
        public String describe() {
            return "columns " + left + " to " + right + ", rows " + top + " to " + bottom;
        }
    }

    /** To a size at least, to the right and below. */
    record Pad(int height, int width) implements Cropping {
        public Pad {
            requireSize(height, width);
        }

        @Override
        public Scene apply(Scene scene, RandomGenerator random) {
            return scene.cropped(0, 0, Math.max(width, scene.width()), Math.max(height, scene.height()));
        }

        @Override
        public String describe() {
            return "pad to " + height + " x " + width;
        }
    }

    /**
     * Large-scale jitter ("Simple Copy-Paste", arXiv:2012.07177, section 3): the photo is scaled, in proportion, to fit into
     * {@code scale} times the size, then a window at random is cut out, or what is missing is padded to the right and below.
     *
     * @param scale 0.1..2 in the paper
     */
    record LargeScaleJitter(int height, int width, Range scale, Interpolation interpolation) implements Cropping {
        public LargeScaleJitter {
            requireSize(height, width);
            scale.requireAbove(0, "a scale");
        }

        @Override
        public Scene apply(Scene scene, RandomGenerator random) {
            double drawn = scale.draw(random);
            double factor = Math.min(drawn * height / scene.height(), drawn * width / scene.width());
            int h = Math.max(1, (int) Math.rint(factor * scene.height()));
            int w = Math.max(1, (int) Math.rint(factor * scene.width()));
            int y = random.nextInt(Math.max(0, h - height) + 1);
            int x = random.nextInt(Math.max(0, w - width) + 1);
            return scene.resized(h, w, interpolation).cropped(x, y, width, height);
        }

        @Override
        public String describe() {
            return "large-scale jitter " + scale + " to " + height + " x " + width + " (" + interpolation + ")";
        }
    }

    private static void requireSize(int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("a crop needs at least 1 x 1 pixel, found " + height + " x " + width);
        }
    }
}
