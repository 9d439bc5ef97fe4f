package io.github.dino4j.segment;

import io.github.dino4j.segment.Inference.Oversize;
import io.github.dino4j.segment.Inference.Slide;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Where the windows of sliding inference lie in an image: one at each pair of a top and a left, all of one size.
 *
 * @param height of a window
 * @param width of a window
 * @param tops first rows, ascending
 * @param lefts first columns, ascending
 */
record Windows(int height, int width, List<Integer> tops, List<Integer> lefts) {

    /** One window of the size that those of an image have: an extreme strip has more of them than are worth a list. */
    static Windows sized(Slide slide, int height, int width) {
        return of(slide, Math.min(height, slide.cropHeight()), Math.min(width, slide.cropWidth()));
    }

    static Windows of(Slide slide, int height, int width) {
        int cropHeight = slide.cropHeight();
        int cropWidth = slide.cropWidth();
        if (slide.oversize() == Oversize.SQUARE && cropHeight > height && cropWidth > width) {
            cropHeight = Math.min(height, width);
            cropWidth = cropHeight;
        }
        // a crop that shrank below the stride would leave gaps
        return new Windows(
                Math.min(cropHeight, height),
                Math.min(cropWidth, width),
                starts(height, cropHeight, Math.min(slide.strideHeight(), cropHeight)),
                starts(width, cropWidth, Math.min(slide.strideWidth(), cropWidth)));
    }

    private static List<Integer> starts(int length, int crop, int stride) {
        int count = Math.max(length - crop + stride - 1, 0) / stride + 1;
        return IntStream.range(0, count)
                .mapToObj(k -> Math.max(Math.min(k * stride + crop, length) - crop, 0))
                .toList();
    }

    int count() {
        return tops.size() * lefts.size();
    }

    /**
     * Lays pieces over each other along one axis: the mean at each place of those that reach it.
     *
     * @param length of the result along the axis
     * @param starts where the pieces begin, ascending; together they cover the axis
     */
    static Tensor mean(int axis, long length, List<Integer> starts, List<Tensor> pieces) {
        if (pieces.size() == 1) {
            return pieces.get(0);
        }
        long size = pieces.get(0).size(axis);
        TreeSet<Long> cuts = new TreeSet<>(List.of(0L, length));
        for (int start : starts) {
            cuts.add((long) start);
            cuts.add(start + size);
        }
        List<Long> at = List.copyOf(cuts);
        try (Scope scope = Scope.open()) {
            List<Tensor> parts = new ArrayList<>();
            for (int i = 0; i + 1 < at.size(); i++) {
                long from = at.get(i);
                long wide = at.get(i + 1) - from;
                parts.add(Scope.tidy(() -> {
                    List<Tensor> here = new ArrayList<>();
                    for (int k = 0; k < pieces.size(); k++) {
                        long start = starts.get(k);
                        if (start <= from && from + wide <= start + size) {
                            here.add(pieces.get(k).narrow(axis, from - start, wide));
                        }
                    }
                    return here.stream().reduce(Tensor::add).orElseThrow().mul(1.0 / here.size());
                }));
            }
            return scope.keep(Tensor.cat(axis, parts));
        }
    }
}
