package io.github.dino4j.segment;

import io.github.dino4j.predict.ClassList;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the classes of a photo of the scores of its views: each resized to the photo (bilinear), softmax over the classes,
 * mean over the views, the likeliest class. Works in bands of rows: all classes of all pixels of a photo of 12 megapixels
 * would take gigabytes. Either all views are kept until the end, or only the sum of their probabilities in the photo's size,
 * for many views that are larger than that.
 */
final class ClassVote {
    /** Values of a band in one view. */
    private static final int BAND = 1 << 22;

    private final List<Tensor> views = new ArrayList<>();
    private final boolean folds;
    private final int classes;
    private final int height;
    private final int width;

    /** The sum over the views so far of each band of rows [1, K, rows, W], where views are not kept. */
    private final List<Tensor> sums = new ArrayList<>();

    private int count;

    /**
     * Prepares the vote.
     *
     * @param folds whether each view is freed once its probabilities are added; else all are kept
     */
    ClassVote(int classes, int height, int width, boolean folds) {
        this.folds = folds;
        this.classes = classes;
        this.height = height;
        this.width = width;
    }

    /** Adds a view: scores [1, K, h, w] of any size, which the vote may close. */
    void add(Tensor view) {
        count++;
        if (!folds) {
            views.add(view);
            return;
        }
        int rows = rows();
        for (int band = 0; band * rows < height; band++) {
            int top = band * rows;
            int bottom = Math.min(top + rows, height);
            if (count == 1) {
                sums.add(probabilities(view, top, bottom));
            } else {
                Tensor before = sums.get(band);
                sums.set(band, Scope.tidy(() -> before.add(probabilities(view, top, bottom))));
                before.close();
            }
        }
        view.close();
    }

    private int rows() {
        return Math.max(1, BAND / (classes * width));
    }

    SegmentMap map(ClassList names, boolean keepScores) {
        if (keepScores && (long) classes * height * width > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("the scores of " + classes + " classes of " + width + " x " + height
                    + " pixels fit no Java array; do not keep them, or take a smaller photo");
        }
        int pixels = height * width;
        short[] labels = new short[pixels];
        float[] confidence = new float[pixels];
        float[] scores = new float[keepScores ? classes * pixels : 0];
        int rows = rows();
        for (int top = 0; top < height; top += rows) {
            int bottom = Math.min(top + rows, height);
            try (Scope scope = Scope.open()) {
                Tensor mean = mean(top, bottom);
                float[] label = mean.argmax(1).to(DType.F32).toFloats();
                float[] best = mean.amax(1).toFloats();
                int at = top * width;
                for (int i = 0; i < label.length; i++) {
                    labels[at + i] = (short) label[i];
                }
                System.arraycopy(best, 0, confidence, at, best.length);
                if (keepScores) {
                    float[] all = mean.toFloats();
                    for (int k = 0; k < classes; k++) {
                        System.arraycopy(all, k * best.length, scores, k * pixels + at, best.length);
                    }
                }
            }
        }
        SegmentMap map = SegmentMap.of(width, height, labels, confidence, names);
        return keepScores ? map.withScores(new ClassScores(classes, height, width, scores)) : map;
    }

    /** Mean over the views of rows top to bottom of the photo: [1, K, bottom - top, W]. */
    private Tensor mean(int top, int bottom) {
        Tensor sum = folds
                ? sums.get(top / rows())
                : views.stream()
                        .map(view -> probabilities(view, top, bottom))
                        .reduce(Tensor::add)
                        .orElseThrow();
        return count == 1 ? sum : sum.mul(1.0 / count);
    }

    private Tensor probabilities(Tensor view, int top, int bottom) {
        return Scope.tidy(() ->
                rows(view, top, bottom).bilinear(bottom - top, width, false).softmax(1));
    }

    /** Those rows of the view's bilinear resize to the photo's height, as a product with their weights. */
    private Tensor rows(Tensor view, int top, int bottom) {
        int from = (int) view.size(2);
        double scale = (double) from / height;
        int first = (int) source(top, scale);
        int last = Math.min((int) source(bottom - 1, scale) + 1, from - 1);
        int reach = last - first + 1;
        float[] weights = new float[(bottom - top) * reach];
        for (int y = top; y < bottom; y++) {
            double s = source(y, scale);
            int upper = (int) s;
            int lower = Math.min(upper + 1, from - 1);
            int row = (y - top) * reach - first;
            weights[row + upper] += (float) (1 - (s - upper));
            weights[row + lower] += (float) (s - upper);
        }
        return Tensor.of(weights, bottom - top, reach).matmul(view.narrow(2, first, reach));
    }

    private static double source(int y, double scale) {
        return Math.max((y + 0.5) * scale - 0.5, 0);
    }
}
