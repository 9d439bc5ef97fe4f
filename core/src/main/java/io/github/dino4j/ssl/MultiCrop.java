package io.github.dino4j.ssl;

import io.github.dino4j.augment.Chain;
import io.github.dino4j.augment.Change;
import io.github.dino4j.augment.Colouring;
import io.github.dino4j.augment.Cropping.RandomResized;
import io.github.dino4j.augment.Mirror;
import io.github.dino4j.augment.Range;
import io.github.dino4j.augment.Scene;
import io.github.dino4j.augment.Sometimes;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.train.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Cuts a photo into two global and some local views (SwAV's multi-crop, arXiv:2006.09882; DINO, arXiv:2104.14294, section
 * 3.1): a random part, mirrored, colours jittered (probability 0.8), grey (0.2), blurred, the second global one solarised
 * (0.2).
 *
 * @param globalScale share of the photo's area in a global view
 * @param locals local views of a photo, 0 for none
 * @param mirror probability
 * @param blur probabilities of the first global view, the second, and local ones
 * @param gramSize side of the undistorted global views for the Gram anchor; 0 for none
 */
public record MultiCrop(
        int globalSize,
        Range globalScale,
        int localSize,
        Range localScale,
        int locals,
        double mirror,
        Blur blur,
        int gramSize) {
    private static final double JITTER = 0.8;
    private static final double GREY = 0.2;
    private static final double SOLARISE = 0.2;

    /** Probabilities of blur. */
    public record Blur(double first, double second, double local) {
        /** DINO (arXiv:2104.14294, appendix). */
        public static final Blur DINO_V1 = new Blur(1, 0.1, 0.5);
        /**
         * DINOv2 and v3 as they were trained: their code hands the complement of the nominal probabilities, 1, 0.1 and 0.5,
         * to what draws.
         */
        public static final Blur DINO_V2 = new Blur(0, 0.9, 0.5);
    }

    public MultiCrop {
        if (globalSize < 1 || localSize < 1 || locals < 0 || gramSize < 0 || (gramSize > 0 && gramSize < globalSize)) {
            throw new IllegalArgumentException(
                    "sizes of crops are positive, and those for the Gram anchor not below the"
                            + " global ones; found global " + globalSize + ", local " + localSize + ", Gram " + gramSize
                            + ", "
                            + locals + " local views");
        }
    }

    /** In words, for a run's facts. */
    public String describe() {
        return "2 global views of " + globalSize + " (area " + globalScale + "), " + locals + " local of " + localSize
                + " (area " + localScale + "), mirrored " + mirror + ", blurred " + blur.first() + "/" + blur.second()
                + "/" + blur.local() + (gramSize > 0 ? ", Gram views of " + gramSize : "");
    }

    /** Cuts a photo. */
    public Views cut(int index, Scene photo, Normalisation normalisation, RandomGenerator random) {
        List<Input> global = new ArrayList<>();
        List<Input> gram = new ArrayList<>();
        int size = Math.max(globalSize, gramSize);
        for (int i = 0; i < 2; i++) {
            Scene part = part(size, globalScale).apply(photo, random);
            Scene view = size == globalSize ? part : part.resized(globalSize, globalSize, Interpolation.BICUBIC);
            Change colours = i == 0 ? colours(blur.first(), 0) : colours(blur.second(), SOLARISE);
            global.add(input(index, colours.apply(view, random), normalisation));
            if (gramSize > 0) {
                gram.add(input(index, part, normalisation));
            }
        }
        List<Input> local = new ArrayList<>();
        for (int i = 0; i < locals; i++) {
            Scene part = part(localSize, localScale).apply(photo, random);
            local.add(input(index, colours(blur.local(), 0).apply(part, random), normalisation));
        }
        return new Views(global, local, gram);
    }

    private Change part(int size, Range scale) {
        return Chain.of(
                new RandomResized(size, size, scale, RandomResized.RATIO, Interpolation.BICUBIC),
                new Sometimes(mirror, new Mirror()));
    }

    private static Change colours(double blurred, double solarised) {
        return Chain.of(
                new Sometimes(JITTER, Colouring.Jitter.DINO),
                new Sometimes(GREY, new Colouring.Grey()),
                new Sometimes(blurred, Colouring.Blur.DINO),
                new Sometimes(solarised, new Colouring.Solarise(128)));
    }

    private static Input input(int index, Scene view, Normalisation normalisation) {
        return new Input(index, 3, view.height(), view.width(), view.values(normalisation));
    }
}
