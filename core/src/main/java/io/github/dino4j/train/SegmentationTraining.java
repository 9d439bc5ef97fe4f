package io.github.dino4j.train;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.Mask2FormerSegmenter;
import io.github.dino4j.segment.MaskLoss;
import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentationHead;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Teaches a segmentation head, and the backbone under it where that learns: the linear heads of DINOv3 (arXiv:2508.10104,
 * "Dense linear probing") and of dinov3-finetune, its FPN decoder, segmentation over scales, Mask2Former. Examples are
 * crops of one size with their labels; what is measured is the whole photo, run as the predictor runs it.
 *
 * <p>Owns the head and closes it; backbone and cache stay the caller's.
 */
public final class SegmentationTraining implements TrainingTask<SegmentExample> {
    /** File of the head in {@link #export}'s folder. */
    public static final String FILE = "head.safetensors";

    private final LearningBackbone backbone;
    private final LearningHead<? extends SegmentationHead> head;
    private final Examples<SegmentExample> examples;
    private final SegmentObjective objective;
    private final Settings settings;
    private final SegmentValidation validation;
    private final Weights weights;

    /**
     * Everything beside the data.
     *
     * @param classes that the head tells apart
     * @param transform of the backbone (its model card's): normalisation of colours and depth
     * @param options how the head is run on whole photos, here and by the exported file
     * @param cache of features, for a frozen backbone and examples without anything random
     * @param pictures how many validation photos {@link #sheet} shows
     */
    public record Settings(
            ClassList classes,
            Transform transform,
            SegmentOptions options,
            Optional<FeatureCache> cache,
            int pictures) {
        /** Without a cache, with four pictures. */
        public static Settings of(ClassList classes, Transform transform, SegmentOptions options) {
            return new Settings(classes, transform, options, Optional.empty(), 4);
        }

        public Settings withCache(FeatureCache features) {
            return new Settings(classes, transform, options, Optional.of(features), pictures);
        }

        public Settings withPictures(int count) {
            return new Settings(classes, transform, options, cache, count);
        }
    }

    private SegmentationTraining(
            LearningBackbone backbone,
            LearningHead<? extends SegmentationHead> head,
            Examples<SegmentExample> examples,
            Examples<SegmentTruth> validation,
            SegmentObjective objective,
            Settings settings) {
        settings.classes.require(head.inference().classes());
        this.backbone = backbone;
        this.head = head;
        this.examples = examples;
        this.objective = objective;
        this.settings = settings;
        this.validation = new SegmentValidation(
                validation, settings.classes, settings.transform, settings.options, settings.pictures);
        this.weights = Weights.of(backbone, head, settings.cache);
    }

    /**
     * A head that scores pixels.
     *
     * @param loss of the scores, resized to the labels
     * @throws IllegalArgumentException if the head has another number of classes, or features of a backbone that learns
     *     shall be kept
     */
    public static SegmentationTraining of(
            LearningBackbone backbone,
            LearningHead<? extends SegmentationHead> head,
            Examples<SegmentExample> examples,
            Examples<SegmentTruth> validation,
            SegmentLoss loss,
            Settings settings) {
        return new SegmentationTraining(
                backbone,
                head,
                examples,
                validation,
                SegmentObjective.pixels(head.learning(), loss, settings.classes),
                settings);
    }

    /** A Mask2Former, which learns one mask for each class of an image. */
    public static SegmentationTraining ofMasks(
            LearningBackbone backbone,
            LearningHead<Mask2FormerSegmenter> head,
            Examples<SegmentExample> examples,
            Examples<SegmentTruth> validation,
            MaskLoss loss,
            Settings settings) {
        return new SegmentationTraining(
                backbone, head, examples, validation, SegmentObjective.masks(head.learning(), loss), settings);
    }

    @Override
    public String title() {
        return head.inference().getClass().getSimpleName() + ", " + settings.classes.size() + " classes, on "
                + backbone.title();
    }

    @Override
    public Examples<SegmentExample> examples() {
        return examples;
    }

    @Override
    public List<ParameterGroup> groups() {
        return weights.groups();
    }

    @Override
    public Map<String, Tensor> state() {
        return weights.state();
    }

    @Override
    public Losses learn(List<SegmentExample> batch, double share) {
        Tensor pixels = SegmentExample.pixels(batch);
        List<Tokens> taps = weights.read(
                head.learning().taps(),
                pixels,
                batch.stream().map(SegmentExample::input).toList());
        SegmentObjective.Value value = objective.of(pixels, taps, batch);
        backbone.backward(value.total().mul(share));
        return new Losses(value.total().item(), value.parts());
    }

    @Override
    public Scores evaluate() {
        return validation.evaluate(backbone, head.inference());
    }

    @Override
    public Optional<RgbImage> sheet() {
        return validation.truths().size() == 0 || settings.pictures == 0
                ? Optional.empty()
                : Optional.of(validation.sheet(backbone, head.inference()));
    }

    /** Writes {@value #FILE}, which {@link io.github.dino4j.segment.SegmentPredictor#load} reads, and the backbone's part. */
    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        return weights.export(folder, FILE, metadata);
    }

    @Override
    public void close() {
        head.close();
    }
}
