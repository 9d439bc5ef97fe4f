package io.github.dino4j.segment;

import io.github.dino4j.decoder.MaskPrediction;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.Predictor;
import io.github.dino4j.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Panoptic segmentation by Mask2Former: each thing by itself, stuff class by class. Immutable; any thread may use it at
 * any time.
 *
 * <p>The rules are those of MaskFormer (arXiv:2107.06278, "Mask-classification inference"): of the queries that are sure
 * of their class, each pixel goes to the one with the largest product of class and mask probability; a query whose mask
 * is mostly taken by others is dropped, and what is left of the others' masks are the segments.
 *
 * <p>What is left is counted by the paper's text, which drops a query if large parts of its binary mask are occluded by
 * others: pixels inside of its mask (probability 0.5 and above) that it won, over all pixels inside of its mask. The code
 * published with the papers divides by the same and counts all pixels won, also those outside of the mask, so that it
 * keeps some segments that are dropped here.
 */
public final class PanopticPredictor implements Predictor<PanopticMap> {
    private static final float INSIDE = 0.5f;

    private final MaskPass pass;
    private final PanopticOptions options;

    private PanopticPredictor(MaskPass pass, PanopticOptions options) {
        this.pass = pass;
        this.options = options;
    }

    /**
     * Loads a Mask2Former head file; a backbone in it is passed over.
     *
     * @param backbone that the head was trained on; stays the caller's
     * @param things numbers of the classes that are countable objects; the others are stuff
     * @throws io.github.dino4j.weights.CheckpointException if the file holds no such head, or one for another backbone
     * @throws IllegalArgumentException if the classes do not fit the head, or the things the classes
     */
    public static PanopticPredictor load(Model backbone, Path file, ClassList classes, Set<Integer> things) {
        return new PanopticPredictor(MaskPass.load(backbone, file, classes, things), PanopticOptions.STANDARD);
    }

    /**
     * A predictor of a head in memory, which it closes.
     *
     * @param backbone that the head was trained on; stays the caller's
     * @param things numbers of the classes that are countable objects; the others are stuff
     * @throws IllegalArgumentException if head, backbone, classes and things do not fit together; the head then stays open
     */
    public static PanopticPredictor of(
            Model backbone, LoadedHead<Mask2FormerSegmenter> head, ClassList classes, Set<Integer> things) {
        return of(backbone, head, classes, things, PanopticOptions.STANDARD);
    }

    /** The same, run otherwise. */
    public static PanopticPredictor of(
            Model backbone,
            LoadedHead<Mask2FormerSegmenter> head,
            ClassList classes,
            Set<Integer> things,
            PanopticOptions options) {
        return new PanopticPredictor(new MaskPass(backbone, head, classes, things), options);
    }

    /**
     * The segments of a photo, in its own pixels.
     *
     * @throws IllegalArgumentException if the photo takes more memory than the budget allows
     * @throws IllegalStateException if the prediction is not finite, or the model or head is closed
     */
    @Override
    public PanopticMap predict(RgbImage photo) {
        return predict(photo, Optional.empty());
    }

    @Override
    public PanopticMap predict(RgbImage photo, DepthFrame depth) {
        return predict(photo, Optional.of(depth));
    }

    private PanopticMap predict(RgbImage photo, Optional<DepthFrame> depth) {
        return pass.run(
                photo,
                depth,
                options.side(),
                prediction -> map(prediction, photo.width(), photo.height(), pass.classes(), pass.things(), options));
    }

    /** Frees the head when running calls have ended; the backbone stays. */
    @Override
    public void close() {
        pass.head().close();
    }

    /** The segments that a prediction for one image gives. */
    static PanopticMap map(
            MaskPrediction prediction,
            int width,
            int height,
            ClassList classes,
            Set<Integer> things,
            PanopticOptions options) {
        List<Candidate> candidates = candidates(prediction, options.object());
        Claims claims = new Claims(width * height);
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            claims.raise(i, candidate.score, MaskPass.mask(prediction, candidate.query, width, height));
        }
        int[] idOf = new int[candidates.size()];
        Map<Integer, PanopticMap.Label> labels = new LinkedHashMap<>(); // of stuff by class, of things by -id
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            if (claims.visible[i] == 0 || claims.visible[i] < options.overlap() * claims.area[i]) {
                continue;
            }
            boolean thing = things.contains(candidate.category);
            int next = labels.size() + 1;
            PanopticMap.Label label = labels.merge(
                    thing ? -next : candidate.category,
                    new PanopticMap.Label(next, candidate.category, candidate.score, thing),
                    PanopticPredictor::surer);
            idOf[i] = label.id();
        }
        int[] ids = new int[width * height];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = claims.inside[i] ? idOf[claims.winner[i]] : PanopticMap.NONE;
        }
        return PanopticMap.of(width, height, ids, classes, List.copyOf(labels.values()));
    }

    /** Stuff that several queries found is one segment, as sure as the surest. */
    private static PanopticMap.Label surer(PanopticMap.Label known, PanopticMap.Label other) {
        return new PanopticMap.Label(known.id(), known.category(), Math.max(known.score(), other.score()), false);
    }

    /** A query that is sure of its class. */
    private record Candidate(int query, int category, float score) {}

    private static List<Candidate> candidates(MaskPrediction prediction, double least) {
        int classes = prediction.count();
        float[] probabilities;
        try (Scope scope = Scope.open()) {
            probabilities = prediction.classes().softmax(-1).toFloats(); // "nothing here" too: it may be the likeliest
        }
        List<Candidate> candidates = new ArrayList<>();
        for (int query = 0; query * (classes + 1) < probabilities.length; query++) {
            int best = 0;
            int row = query * (classes + 1);
            for (int k = 1; k <= classes; k++) {
                best = probabilities[row + k] > probabilities[row + best] ? k : best;
            }
            if (best < classes && probabilities[row + best] > least) {
                candidates.add(new Candidate(query, best, probabilities[row + best]));
            }
        }
        return candidates;
    }

    /** Who gets which pixel, one mask after the other, so that no two masks of full size are in memory. */
    private static final class Claims {
        private final float[] best;
        private final int[] winner;
        /** Whether the winner's mask holds the pixel; where it does not, the pixel stays nobody's. */
        private final boolean[] inside;
        /** Of each mask: its pixels, and those of them that it has won. */
        private int[] area = new int[16];

        private int[] visible = new int[16];

        private Claims(int pixels) {
            best = new float[pixels];
            winner = new int[pixels];
            inside = new boolean[pixels];
        }

        private void raise(int candidate, float score, float[] mask) {
            if (candidate == area.length) {
                area = Arrays.copyOf(area, 2 * candidate);
                visible = Arrays.copyOf(visible, 2 * candidate);
            }
            for (int i = 0; i < mask.length; i++) {
                boolean holds = mask[i] >= INSIDE;
                area[candidate] += holds ? 1 : 0;
                if (score * mask[i] > best[i]) {
                    best[i] = score * mask[i];
                    visible[winner[i]] -= inside[i] ? 1 : 0;
                    winner[i] = candidate;
                    inside[i] = holds;
                    visible[candidate] += holds ? 1 : 0;
                }
            }
        }
    }
}
