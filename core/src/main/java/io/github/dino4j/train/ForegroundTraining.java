package io.github.dino4j.train;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.FineTuneLinear;
import io.github.dino4j.segment.Fit;
import io.github.dino4j.segment.HeadNotes;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.LabelImage;
import io.github.dino4j.segment.SegmentMetrics;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentPredictor;
import io.github.dino4j.segment.SegmentationHead;
import io.github.dino4j.visual.ForegroundClassifier;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Foreground after a few photos with masks: logistic regression on the patch tokens of a frozen model (DINOv3's foreground
 * segmentation notebook), fitted at once, without a run. The result is a linear head of the two classes of {@link #CLASSES}
 * (background with the logit 0), which {@link SegmentPredictor} runs and loads like any other.
 */
public final class ForegroundTraining {
    /** What the head tells apart. */
    public static final ClassList CLASSES = new ClassList(
            "foreground", List.of("background", "foreground"), List.of(0x303030, 0xff6b35), OptionalInt.of(255), false);

    /** To what the shorter side of photos is brought in the notebook. */
    public static final int SIDE = 768;

    private final Model model;
    private final SegmentOptions options;
    private final StateDict weights;

    private ForegroundTraining(Model model, SegmentOptions options, StateDict weights) {
        this.model = model;
        this.options = options;
        this.weights = weights;
    }

    /** Fits with the notebook's strength of penalty and size. */
    public static ForegroundTraining fit(Model model, List<SegmentTruth> shots) {
        return fit(model, shots, SIDE, ForegroundClassifier.C);
    }

    /**
     * Fits.
     *
     * @param model stays the caller's
     * @param shots photos with masks under {@link #CLASSES}; patches on the border of a mask do not teach
     * @param side to which the shorter side of photos is brought, here and in use
     * @param c inverse strength of the penalty
     * @throws IllegalArgumentException if the masks leave no whole patch of foreground or of background
     */
    public static ForegroundTraining fit(Model model, List<SegmentTruth> shots, int side, double c) {
        SegmentOptions options = SegmentOptions.of(side, new Inference.Plain(Fit.STRETCH));
        int patch = model.config().patch();
        // Patches are to be whole: what the predictor stretches by less than half a patch is resized so at once here.
        Transform transform = options.transform(model.card().transform(), 1)
                .withSizing(new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, side, patch));
        List<Features> features = new ArrayList<>();
        List<float[]> coverage = new ArrayList<>();
        for (SegmentTruth shot : shots) {
            Pixels pixels = model.prepare(transform, shot.photo(), shot.depth());
            features.add(model.features(List.of(pixels)).get(0));
            coverage.add(ForegroundClassifier.coverage(mask(shot.labels(), transform), patch));
        }
        ForegroundClassifier found = ForegroundClassifier.train(features, coverage, c);
        int dim = found.weights().length;
        float[] rows = new float[2 * dim];
        System.arraycopy(found.weights(), 0, rows, dim, dim);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        tensors.put("classifier.weight", StoredTensor.InMemory.of(new long[] {2, dim, 1, 1}, rows));
        tensors.put("classifier.bias", StoredTensor.InMemory.of(new long[] {2}, 0, found.bias()));
        return new ForegroundTraining(model, options, StateDict.of(tensors));
    }

    /** White on black, through the sizing of its photo. */
    private static Pixels mask(LabelImage labels, Transform transform) {
        int[] targets = labels.targets(CLASSES);
        byte[] rgb = new byte[3 * targets.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (targets[i / 3] == 1 ? 255 : targets[i / 3] < 0 ? 128 : 0); // grey teaches nothing
        }
        return transform
                .withNormalisation(io.github.dino4j.image.Normalisation.of(new float[3], new float[] {1, 1, 1}))
                .apply(RgbImage.of(labels.width(), labels.height(), rgb));
    }

    /** Runs the head on the model it was fitted on; each call makes one of its own. */
    public SegmentPredictor predictor() {
        return SegmentPredictor.of(model, head(), CLASSES, options);
    }

    private LoadedHead<SegmentationHead> head() {
        int dim = model.config().dim();
        return LoadedHead.load(
                Path.of("fitted in memory"), "a foreground head", weights, p -> new FineTuneLinear(p, dim, 2));
    }

    /**
     * IoU of the foreground over photos that were not fitted, pixels summed over all of them; NaN if none has foreground.
     */
    public double iou(List<SegmentTruth> unseen) {
        SegmentMetrics metrics = new SegmentMetrics(CLASSES);
        try (SegmentPredictor predictor = predictor()) {
            for (SegmentTruth truth : unseen) {
                metrics.add(
                        truth.depth().isPresent()
                                ? predictor.predict(truth.photo(), truth.depth().get())
                                : predictor.predict(truth.photo()),
                        truth.labels());
            }
        }
        return metrics.perClass().get(1).iou();
    }

    /** Writes the head, which {@link SegmentPredictor#load} reads with {@link #CLASSES}. It appears whole or not at all. */
    public void save(Path file, Map<String, String> metadata) {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        try (LoadedHead<SegmentationHead> head = head()) {
            all.putAll(
                    HeadNotes.of(head.head(), options).metadata(model.config().depth()));
            head.save(file, all);
        }
    }
}
