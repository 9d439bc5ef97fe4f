package io.github.dino4j.segment;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Engine;
import java.util.Locale;

/**
 * Native memory that the views of a photo take, estimated before anything is resized: a narrow strip of a photo could ask
 * for any number of pixels.
 *
 * @param model that sees the photo
 * @param head that scores it
 * @param options how it is shown
 * @param photoHeight rows of the photo
 * @param photoWidth columns of the photo
 */
record ViewMemory(Model model, SegmentationHead head, SegmentOptions options, int photoHeight, int photoWidth) {
    /** Values of a score map in the size of the input: 4 GiB. */
    private static final long MOST_SCORES = 1L << 30;

    /** Pixels that a head which cannot be enlarged in pieces scores at most, in units of its classes: 1 GiB. */
    private static final long MOST_AT_ONCE = 1L << 28;

    static ViewMemory of(Model model, SegmentationHead head, SegmentOptions options, RgbImage photo) {
        return new ViewMemory(model, head, options, photo.height(), photo.width());
    }

    /**
     * The largest view at work, and what is held of all of them.
     *
     * @throws IllegalArgumentException with the figures, if one view or all are more than the budget allows
     */
    void require() {
        for (double scale : options.augmentation().scales()) {
            View view = view(scale);
            if (view.scores > MOST_SCORES
                    || view.height * view.width > Integer.MAX_VALUE
                    || view.bytes() > Engine.memoryBudget()) {
                throw refused(view, "", view.bytes());
            }
        }
        View largest = largest();
        if (bytes() > Engine.memoryBudget()) {
            String views = String.format(
                    Locale.ROOT,
                    ", and what is kept of %d views %.1f GB more,",
                    options.augmentation().views(),
                    1e-9 * held());
            throw refused(largest, views, bytes());
        }
    }

    private IllegalArgumentException refused(View view, String views, long bytes) {
        String besides = views.isEmpty() ? "" : ", fewer views (SegmentOptions.withAugmentation)";
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%d classes of an image of %d x %d pixels%s take about %.1f GB, the memory budget is %.1f GB; name a"
                        + " smaller side (SegmentOptions.withSide)%s, cut the photo, or raise Engine.memoryBudget",
                head.classes(),
                view.width,
                view.height,
                views,
                1e-9 * bytes,
                1e-9 * Engine.memoryBudget(),
                besides));
    }

    long bytes() {
        return largest().bytes() + held();
    }

    /** What is kept between views: all of them, or the sum of their probabilities in the photo's size. */
    private long held() {
        if (options.augmentation().views() == 1) {
            return 0; // the view at work is the only one
        }
        return Math.min(views(), probabilities());
    }

    /** Whether the sum of probabilities in the photo's size is smaller than all views. */
    boolean folds() {
        return options.augmentation().views() > 1 && probabilities() < views();
    }

    private long probabilities() {
        return (long) head.classes() * photoHeight * photoWidth * Float.BYTES;
    }

    private long views() {
        long mirrored = options.augmentation().flip() ? 2 : 1;
        return options.augmentation().scales().stream()
                .mapToLong(scale -> mirrored * view(scale).result * Float.BYTES)
                .sum();
    }

    private View largest() {
        View largest = view(options.augmentation().scales().get(0));
        for (double scale : options.augmentation().scales()) {
            View view = view(scale);
            largest = view.bytes() > largest.bytes() ? view : largest;
        }
        return largest;
    }

    /** Sides of the scores that are asked of a head which cannot be enlarged in pieces. */
    int scored(int side) {
        double most = (double) MOST_AT_ONCE / head.classes();
        double shrink = Math.min(1, Math.sqrt(most / ((double) photoWidth * photoHeight)));
        return Math.max(1, (int) (side * shrink));
    }

    /**
     * One view.
     *
     * @param height of the resized photo; long, since an extreme strip is beyond int
     * @param width of the resized photo
     * @param scores values of the score map at work; 0 where it is as coarse as the patches
     * @param result values of the score map that is left
     * @param pass bytes of backbone and head
     */
    private record View(long height, long width, long scores, long result, long pass) {
        long bytes() {
            return pass + 3 * scores * Float.BYTES;
        }
    }

    private View view(double scale) {
        double enlarged = options.side().isEmpty()
                ? 1
                : (double) Augmentation.size(options.side().getAsInt(), scale) / Math.min(photoHeight, photoWidth);
        long height = Math.round(photoHeight * enlarged);
        long width = Math.round(photoWidth * enlarged);
        int rows = (int) Math.min(height, Integer.MAX_VALUE);
        int columns = (int) Math.min(width, Integer.MAX_VALUE);
        if (options.inference() instanceof Inference.Slide slide) {
            Windows windows = Windows.sized(slide, rows, columns);
            long scores = head.classes() * height * width;
            return new View(height, width, scores, scores, pass(windows.height(), windows.width()));
        }
        if (options.inference().at(scale) instanceof Inference.Whole whole) {
            rows = whole.side();
            columns = whole.side();
        }
        if (head instanceof LogitHead) {
            // at most four times as fine as patches of 16 pixels
            long coarse = head.classes() * ((rows + 3L) / 4) * ((columns + 3L) / 4);
            return new View(height, width, 0, coarse, pass(rows, columns));
        }
        long scores = (long) head.classes() * scored(photoHeight) * scored(photoWidth);
        return new View(height, width, scores, scores, pass(rows, columns));
    }

    private long pass(int height, int width) {
        return model.memory(1, height, width).bytes() + head.bytes(height, width);
    }
}
