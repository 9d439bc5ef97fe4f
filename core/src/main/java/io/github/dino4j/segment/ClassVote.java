package io.github.dino4j.segment;

import io.github.dino4j.predict.ClassList;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * Makes the classes of a photo of the scores of its views: each resized to the photo (bilinear), softmax over the classes,
 * mean over the views, the likeliest class. Works in bands of rows: all classes of all pixels of a photo of 12 megapixels
 * would take gigabytes.
 */
final class ClassVote {
    /** Values of a band in one view. */
    private static final int BAND = 1 << 22;

    private final List<Tensor> views;
    private final int classes;
    private final int height;
    private final int width;

    /**
     * Prepares the vote.
     *
     * @param views scores [1, K, h, w] of any sizes
     */
    ClassVote(List<Tensor> views, int height, int width) {
        this.views = views;
        this.classes = (int) views.get(0).size(1);
        this.height = height;
        this.width = width;
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
        int rows = Math.max(1, BAND / (classes * width));
        for (int top = 0; top < height; top += rows) {
            int bottom = Math.min(top + rows, height);
            try (Scope scope = Scope.open()) {
                Tensor mean = probabilities(top, bottom);
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

    /** Of rows top to bottom of the photo: [1, K, bottom - top, W]. */
    private Tensor probabilities(int top, int bottom) {
        Tensor sum = views.stream()
                .map(view -> Scope.tidy(() -> rows(view, top, bottom)
                        .bilinear(bottom - top, width, false)
                        .softmax(1)))
                .reduce(Tensor::add)
                .orElseThrow();
        return views.size() == 1 ? sum : sum.mul(1.0 / views.size());
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
