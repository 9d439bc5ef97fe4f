package io.github.dino4j.segment;

import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.Predictor;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A class for every pixel of a photo, by a backbone and a segmentation head. Immutable; any thread may use it at any time,
 * and gets the same result as alone.
 */
public final class SegmentPredictor implements Predictor<SegmentMap> {
    private final Model model;
    private final LoadedHead<? extends SegmentationHead> head;
    private final ClassList classes;
    private final SegmentOptions options;
    /** Whether the model carries an adapter of the head's file, which ends with it. */
    private final boolean ownsModel;

    private SegmentPredictor(
            Model model,
            LoadedHead<? extends SegmentationHead> head,
            ClassList classes,
            SegmentOptions options,
            boolean ownsModel) {
        this.model = model;
        this.ownsModel = ownsModel;
        this.head = head;
        this.classes = classes.require(head.head().classes());
        this.options = options;
        requireWidth(model, head);
    }

    /** Refuses layers that the backbone does not have, and a head that was made for others. */
    private static void requireWidth(Model model, LoadedHead<? extends SegmentationHead> loaded) {
        SegmentationHead head = loaded.head();
        List<Integer> widths = head.taps().widths(model.config());
        int given = (head.readsClassToken() ? 2 : 1)
                * widths.stream().mapToInt(w -> w).sum();
        int wanted = head.channels().orElse(given);
        if (wanted != given) {
            throw new IllegalArgumentException("the head (" + loaded.source() + ") reads " + wanted + " channels, "
                    + model.card().name() + " gives " + given + " (layers of width " + widths
                    + (head.readsClassToken() ? ", each with its class token" : "")
                    + "); load the backbone that the head was trained on");
        }
    }

    /**
     * Loads a head file and runs it as its publisher does. What the file is, its content decides: the linear heads of
     * DINOv3 and of DINOv2's hub, the decoders of dinov3-finetune, with its LoRA weights put over the backbone; also beside a backbone, under prefixes such as {@code
     * decode_head.} or {@code module.}.
     *
     * @param backbone that the head was trained on; stays the caller's
     * @throws io.github.dino4j.weights.CheckpointException if no head is known in it, or it is for another backbone
     * @throws IllegalArgumentException if {@code classes} has another number of classes than the head
     */
    public static SegmentPredictor load(Model backbone, Path head, ClassList classes) {
        if (FineTuneFile.is(head)) {
            return FineTuneFile.read(head).load(backbone, classes);
        }
        HeadFile file = HeadFile.open(head);
        return owning(backbone, file.load(backbone), classes, file.options(backbone.config()));
    }

    /** The same, run otherwise. */
    public static SegmentPredictor load(Model backbone, Path head, ClassList classes, SegmentOptions options) {
        if (FineTuneFile.is(head)) {
            return FineTuneFile.read(head).load(backbone, classes, options);
        }
        return owning(backbone, HeadFile.open(head).load(backbone), classes, options);
    }

    /**
     * A predictor of a head in memory, which it closes, run as DINOv3's evaluation does.
     *
     * @throws IllegalArgumentException if {@code classes} has another number of classes than the head, or the head reads
     *     layers or widths that the backbone does not have; the head then stays open
     */
    public static SegmentPredictor of(Model backbone, LoadedHead<? extends SegmentationHead> head, ClassList classes) {
        return of(backbone, head, classes, SegmentOptions.DINOV3);
    }

    /** The same, run otherwise. */
    public static SegmentPredictor of(
            Model backbone, LoadedHead<? extends SegmentationHead> head, ClassList classes, SegmentOptions options) {
        return new SegmentPredictor(backbone, head, classes, options, false);
    }

    /** The same, which closes the model too: it carries an adapter that belongs to the head. */
    static SegmentPredictor adapted(
            Model adapted, LoadedHead<? extends SegmentationHead> head, ClassList classes, SegmentOptions options) {
        try {
            return new SegmentPredictor(adapted, head, classes, options, true);
        } catch (RuntimeException | Error e) {
            adapted.close();
            throw e;
        }
    }

    private static SegmentPredictor owning(
            Model backbone, LoadedHead<? extends SegmentationHead> head, ClassList classes, SegmentOptions options) {
        try {
            return of(backbone, head, classes, options);
        } catch (RuntimeException | Error e) {
            head.close();
            throw e;
        }
    }

    /** The head's class, for questions about its shape. */
    public SegmentationHead head() {
        return head.head();
    }

    /** The backbone. */
    public Model model() {
        return model;
    }

    /** The head's file, or how its weights were drawn. */
    public String source() {
        return head.source();
    }

    public ClassList classes() {
        return classes;
    }

    /** How {@link #predict(RgbImage)} shows photos to the head. */
    public SegmentOptions options() {
        return options;
    }

    /**
     * The class of each pixel of the photo, and its probability.
     *
     * @throws IllegalArgumentException if the photo fits neither backbone nor head nor memory
     * @throws IllegalStateException if features or scores are not finite, or the model or head is closed
     */
    @Override
    public SegmentMap predict(RgbImage photo) {
        return predict(photo, options);
    }

    /** The same, run otherwise. */
    public SegmentMap predict(RgbImage photo, SegmentOptions other) {
        return predict(photo, Optional.empty(), other);
    }

    @Override
    public SegmentMap predict(RgbImage photo, DepthFrame depth) {
        return predict(photo, Optional.of(depth), options);
    }

    private SegmentMap predict(RgbImage photo, Optional<DepthFrame> depth, SegmentOptions other) {
        return model.run(backbone -> head.use(h -> {
            ViewMemory memory = ViewMemory.of(model, h, other, photo);
            memory.require();
            HeadPass pass = new HeadPass(backbone, h, model.card().name(), "the head (" + head.source() + ")");
            ClassVote vote = new ClassVote(h.classes(), photo.height(), photo.width(), memory.folds());
            for (double scale : other.augmentation().scales()) {
                Inference inference = other.inference().at(scale);
                Pixels pixels = model.prepare(transform(other, scale), photo, depth);
                Tensor image = Model.tensor(List.of(pixels));
                vote.add(scores(pass, inference, image, memory));
                if (other.augmentation().flip()) {
                    vote.add(Scope.tidy(
                            () -> scores(pass, inference, image.flip(3), memory).flip(3)));
                }
                image.close();
            }
            return vote.map(classes, other.keepScores());
        }));
    }

    /** Frees the head when running calls have ended; the backbone stays. */
    @Override
    public void close() {
        head.close();
        if (ownsModel) {
            model.close();
        }
    }

    private static Tensor scores(HeadPass pass, Inference inference, Tensor image, ViewMemory memory) {
        return pass.run(inference, image, memory.scored(memory.photoHeight()), memory.scored(memory.photoWidth()));
    }

    /** How {@link #predict(RgbImage)} prepares photos, at one scale. */
    public Transform transform(double scale) {
        return transform(options, scale);
    }

    private Transform transform(SegmentOptions other, double scale) {
        Transform own = model.card().transform();
        Sizing sizing = other.side().isEmpty()
                ? new Sizing.AsIs()
                : new Sizing.KeepAspectToMultiple(
                        Sizing.Side.SHORTER, Augmentation.size(other.side().getAsInt(), scale), 1);
        return own.withSizing(sizing)
                .withInterpolation(Interpolation.BILINEAR)
                .withNormalisation(other.normalisation().orElse(own.normalisation()));
    }
}
