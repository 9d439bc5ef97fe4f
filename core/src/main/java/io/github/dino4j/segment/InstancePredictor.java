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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Instance segmentation by Mask2Former: the objects of a photo, each with a mask; masks may overlap. Immutable; any thread
 * may use it at any time.
 *
 * <p>Each pair of a query and a class is a candidate, so that one mask may appear under two classes. A score is the
 * probability of the class times the mean probability of the mask inside itself (Mask2Former, arXiv:2112.01527, appendix,
 * "Post-processing").
 */
public final class InstancePredictor implements Predictor<InstanceList> {
    private static final float INSIDE = 0.5f;

    private final MaskPass pass;
    private final InstanceOptions options;

    private InstancePredictor(MaskPass pass, InstanceOptions options) {
        this.pass = pass;
        this.options = options;
    }

    /**
     * Loads a Mask2Former head file; a backbone in it is passed over.
     *
     * @param backbone that the head was trained on; stays the caller's
     * @param things numbers of the classes that are countable objects; the others are left out
     * @throws io.github.dino4j.weights.CheckpointException if the file holds no such head, or one for another backbone
     * @throws IllegalArgumentException if the classes do not fit the head, or the things the classes
     */
    public static InstancePredictor load(Model backbone, Path file, ClassList classes, Set<Integer> things) {
        return new InstancePredictor(MaskPass.load(backbone, file, classes, things), InstanceOptions.STANDARD);
    }

    /**
     * A predictor of a head in memory, which it closes.
     *
     * @param backbone that the head was trained on; stays the caller's
     * @param things numbers of the classes that are countable objects; the others are left out
     * @throws IllegalArgumentException if head, backbone, classes and things do not fit together; the head then stays open
     */
    public static InstancePredictor of(
            Model backbone, LoadedHead<Mask2FormerSegmenter> head, ClassList classes, Set<Integer> things) {
        return of(backbone, head, classes, things, InstanceOptions.STANDARD);
    }

    /** The same, run otherwise. */
    public static InstancePredictor of(
            Model backbone,
            LoadedHead<Mask2FormerSegmenter> head,
            ClassList classes,
            Set<Integer> things,
            InstanceOptions options) {
        return new InstancePredictor(new MaskPass(backbone, head, classes, things), options);
    }

    /**
     * The objects of a photo in its own pixels, the surest first.
     *
     * @throws IllegalArgumentException if the photo takes more memory than the budget allows
     * @throws IllegalStateException if the prediction is not finite, or the model or head is closed
     */
    @Override
    public InstanceList predict(RgbImage photo) {
        return predict(photo, Optional.empty());
    }

    @Override
    public InstanceList predict(RgbImage photo, DepthFrame depth) {
        return predict(photo, Optional.of(depth));
    }

    private InstanceList predict(RgbImage photo, Optional<DepthFrame> depth) {
        return pass.run(
                photo,
                depth,
                options.side(),
                prediction -> list(prediction, photo.width(), photo.height(), pass.classes(), pass.things(), options));
    }

    /** Frees the head when running calls have ended; the backbone stays. */
    @Override
    public void close() {
        pass.head().close();
    }

    /** The objects that a prediction for one image gives. */
    static InstanceList list(
            MaskPrediction prediction,
            int width,
            int height,
            ClassList classes,
            Set<Integer> things,
            InstanceOptions options) {
        List<Instance> instances = new ArrayList<>();
        Map<Integer, Mask> masks = new HashMap<>(); // several candidates may share a query
        for (Candidate candidate : candidates(prediction, things, options)) {
            Mask mask = masks.computeIfAbsent(candidate.query, query -> Mask.of(prediction, query, width, height));
            float score = candidate.score * mask.mean;
            if (mask.mean > 0 && score >= options.leastScore()) {
                instances.add(Instance.of(candidate.category, score, mask.rle));
            }
        }
        instances.sort(Comparator.comparing(Instance::score).reversed()); // stable: equals keep the order of queries
        return new InstanceList(width, height, classes, instances);
    }

    /** A query as one class. */
    private record Candidate(int query, int category, float score) {}

    /** The likeliest pairs; a mask can only lower their score. */
    private static List<Candidate> candidates(MaskPrediction prediction, Set<Integer> things, InstanceOptions options) {
        int classes = prediction.count();
        float[] probabilities;
        try (Scope scope = Scope.open()) {
            probabilities = prediction.classProbabilities().toFloats();
        }
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < probabilities.length; i++) {
            if (things.contains(i % classes) && probabilities[i] >= options.leastScore()) {
                candidates.add(new Candidate(i / classes, i % classes, probabilities[i]));
            }
        }
        candidates.sort(Comparator.comparing(Candidate::score).reversed());
        return candidates.subList(0, Math.min(options.most(), candidates.size()));
    }

    /**
     * A query's mask.
     *
     * @param mean probability inside of it; 0 where it is empty
     */
    private record Mask(Rle rle, float mean) {
        static Mask of(MaskPrediction prediction, int query, int width, int height) {
            float[] probabilities = MaskPass.mask(prediction, query, width, height);
            boolean[] inside = new boolean[probabilities.length];
            double sum = 0;
            int area = 0;
            for (int i = 0; i < inside.length; i++) {
                if (probabilities[i] > INSIDE) {
                    inside[i] = true;
                    sum += probabilities[i];
                    area++;
                }
            }
            return new Mask(Rle.of(width, height, inside), area == 0 ? 0 : (float) (sum / area));
        }
    }
}
