package io.github.dino4j.segment;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.PassMemory;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.TapReader;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.segment.Inference.Plain;
import io.github.dino4j.segment.Inference.Slide;
import io.github.dino4j.segment.Inference.Whole;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A backbone and a head at work on images, with the look for values that are not finite in between.
 *
 * @param model name of the backbone, for messages
 * @param source of the head, for messages
 */
record HeadPass(TapReader backbone, SegmentationHead head, String model, String source) {
    HeadPass(Backbone backbone, SegmentationHead head, String model, String source) {
        this(TapReader.of(backbone), head, model, source);
    }

    /** More windows at a time make nothing faster, they only take memory. */
    private static final int TOGETHER = 8;

    /** Memory that a batch of windows may take where nobody set a budget. */
    private static final long MODEST = 4L << 30;

    /**
     * Scores of any size, whose bilinear resize to height x width is the result of the inference: what is coarse stays so,
     * for whoever enlarges in pieces. All on the way is freed.
     */
    Tensor run(Inference inference, Tensor pixels, int height, int width) {
        if (inference instanceof Slide slide) {
            return slide(slide, pixels);
        }
        return Scope.tidy(() -> {
            Tensor sized = inference instanceof Whole whole
                    ? square(pixels, Fit.nearest(whole.side(), multiple()))
                    : ((Plain) inference).fit().apply(pixels, multiple());
            return scores(sized, height, width);
        });
    }

    private static Tensor square(Tensor pixels, int side) {
        return pixels.bilinear(side, side, false);
    }

    /** The sum over windows divided by their number at each pixel, in the size of the image. */
    private Tensor slide(Slide slide, Tensor pixels) {
        int height = (int) pixels.size(2);
        int width = (int) pixels.size(3);
        Windows windows = Windows.of(slide, height, width);
        try (Scope scope = Scope.open()) {
            List<Tensor> strips = new ArrayList<>();
            for (int top : windows.tops()) {
                Tensor strip = pixels.narrow(2, top, windows.height());
                strips.add(
                        Scope.tidy(() -> Windows.mean(3, width, windows.lefts(), strip(slide.fit(), windows, strip))));
            }
            return scope.keep(Windows.mean(2, height, windows.tops(), strips));
        }
    }

    /** Scores of the windows of one row, from left to right. */
    private List<Tensor> strip(Fit fit, Windows windows, Tensor strip) {
        int images = (int) strip.size(0);
        int together = Math.max(1, together(windows) / images);
        List<Tensor> scores = new ArrayList<>();
        for (int first = 0; first < windows.lefts().size(); first += together) {
            List<Integer> lefts = windows.lefts()
                    .subList(first, Math.min(first + together, windows.lefts().size()));
            Tensor batch = Scope.tidy(() -> {
                Tensor crops = Tensor.cat(
                        0,
                        lefts.stream()
                                .map(left -> strip.narrow(3, left, windows.width()))
                                .toList());
                return Maps.resized(
                        scores(fit.apply(crops, multiple()), windows.height(), windows.width()),
                        windows.height(),
                        windows.width());
            });
            for (int i = 0; i < lefts.size(); i++) {
                scores.add(batch.narrow(0, (long) i * images, images));
            }
        }
        return scores;
    }

    /** How many windows, the head's own maps with them, fit into the memory budget at once. */
    private int together(Windows windows) {
        PassMemory one = PassMemory.of(backbone.config(), Optional.empty(), 1, windows.height(), windows.width());
        long scores = 3L * head.classes() * windows.height() * windows.width() * Float.BYTES;
        long free = Math.min(MODEST, Engine.memoryBudget()) - one.threads();
        return (int) Math.max(
                1, Math.min(TOGETHER, free / (one.batch() + head.bytes(windows.height(), windows.width()) + scores)));
    }

    private Tensor scores(Tensor pixels, int height, int width) {
        List<Tokens> taps = backbone.read(pixels, head.taps());
        requireFinite(taps);
        Tensor scores =
                head instanceof LogitHead coarse ? coarse.logits(taps) : head.scores(pixels, taps, height, width);
        if (!scores.isFinite()) {
            throw new NotFiniteException(
                    source + " gave NaN or infinite scores from finite features; its weights are damaged");
        }
        return scores;
    }

    /** All that the head reads: a class token may be damaged where the patches are not, as after a norm of its own. */
    void requireFinite(List<Tokens> taps) {
        for (int i = 0; i < taps.size(); i++) {
            boolean finite = taps.get(i).patches().isFinite()
                    && (!head.readsClassToken() || taps.get(i).cls().isFinite());
            if (!finite) {
                int layer = head.taps().layers().indices(backbone.config().depth())[i];
                throw new NotFiniteException("layer " + layer + " of " + model
                        + " gave NaN or infinite features; in a reduced precision load it in FLOAT32, else the weights"
                        + " are damaged");
            }
        }
    }

    /** What sides must be multiples of for both. */
    private int multiple() {
        int patch = backbone.config().patch();
        int other = head.multiple();
        int multiple = Math.max(patch, other);
        while (multiple % patch != 0 || multiple % other != 0) {
            multiple++;
        }
        return multiple;
    }
}
