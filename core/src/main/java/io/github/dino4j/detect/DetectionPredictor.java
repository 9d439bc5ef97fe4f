package io.github.dino4j.detect;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.predict.Predictor;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The objects of a photo: a backbone and a {@link Detector}. Immutable; any number of threads may use it at once, and {@link
 * #close()} waits for those that do. It frees the head, not the model.
 */
public final class DetectionPredictor implements Predictor<DetectionList> {
    private final Model model;
    private final LoadedHead<Detector> head;
    private final ClassList classes;
    private final DetectionOptions options;
    private final Transform transform;

    private DetectionPredictor(Model model, LoadedHead<Detector> head, ClassList classes, DetectionOptions options) {
        this.model = model;
        this.head = head;
        this.classes = classes;
        this.options = options;
        this.transform = new Transform(
                options.sizing(),
                Interpolation.BILINEAR,
                ResizePath.PILLOW,
                model.card().transform().normalisation());
    }

    /**
     * Loads a detector's file, run as it was trained, with the classes that it names: its own, COCO's where it has 80 or 91,
     * numbers otherwise.
     *
     * @param backbone that the detector was trained on; stays the caller's
     * @throws CheckpointException if the file holds no detector, or one for another backbone
     */
    public static DetectionPredictor load(Model backbone, Path file) {
        return load(backbone, file, Optional.empty(), options -> options);
    }

    /**
     * The same with other classes.
     *
     * @throws IllegalArgumentException if the classes do not fit the detector
     */
    public static DetectionPredictor load(Model backbone, Path file, ClassList classes) {
        return load(backbone, file, Optional.of(classes), options -> options);
    }

    /**
     * The same, run otherwise.
     *
     * @param change of the options that the file names
     */
    public static DetectionPredictor load(
            Model backbone,
            Path file,
            Optional<ClassList> classes,
            Function<DetectionOptions, DetectionOptions> change) {
        DetectorFile opened = DetectorFile.open(file);
        LoadedHead<Detector> head =
                opened.load(backbone.config(), backbone.card().name());
        try {
            int outputs = head.head().config().classes();
            ClassList list = classes.or(opened::classes).orElseGet(() -> usual(outputs));
            return of(backbone, head, list, change.apply(opened.options(backbone.config())));
        } catch (RuntimeException e) {
            head.close();
            throw e;
        }
    }

    /** The list for a detector of so many outputs where nobody names one. */
    private static ClassList usual(int outputs) {
        return switch (outputs) {
            case 80 -> CocoClasses.list();
            case CocoClasses.NUMBERS -> CocoClasses.numbered();
            default -> ClassList.numbered(outputs);
        };
    }

    /**
     * A predictor over a detector in memory, such as {@code LoadedHead.random(7, p -> new Detector(p, config))}, which it
     * closes when it is closed.
     *
     * @throws IllegalArgumentException if backbone, detector and classes do not fit; the head stays the caller's
     */
    public static DetectionPredictor of(
            Model backbone, LoadedHead<Detector> head, ClassList classes, DetectionOptions options) {
        DetectorConfig config = head.head().config();
        classes.require(config.classes());
        List<Integer> has = config.taps().widths(backbone.config());
        if (!has.equals(config.widths()) || backbone.config().patch() != config.stride()) {
            throw new IllegalArgumentException("the detector (" + head.source() + ") reads layers of " + config.widths()
                    + " channels at a stride of " + config.stride() + " pixels; "
                    + backbone.card().name() + " has " + has + " at "
                    + backbone.config().patch() + ". Take the backbone that it was made for.");
        }
        return new DetectionPredictor(backbone, head, classes, options);
    }

    public ClassList classes() {
        return classes;
    }

    public DetectionOptions options() {
        return options;
    }

    /** The detector. */
    public Detector head() {
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

    /** How photos are prepared. */
    public Transform transform() {
        return transform;
    }

    /**
     * The objects of a photo in its own pixels, the surest first.
     *
     * @throws IllegalArgumentException if the photo takes more memory than {@link Engine#memoryBudget} allows, or is too
     *     small for the detector's windows
     * @throws IllegalStateException if the model gives values that are not finite, or is closed
     */
    @Override
    public DetectionList predict(RgbImage photo) {
        Pixels pixels = model.prepare(transform, photo, Optional.empty());
        requireMemory(pixels);
        return model.run(backbone -> head.use(detector ->
                DetectionList.of(answer(backbone, detector, pixels), 0, pixels.geometry(), classes, options)));
    }

    private BoxPrediction answer(Backbone backbone, Detector detector, Pixels pixels) {
        PaddedImages images = PaddedImages.of(
                List.of(PaddedImages.Plane.of(pixels)), detector.config().stride());
        Function<Tensor, List<Tokens>> reader = x -> detector.config().taps().read(backbone, x);
        BoxPrediction answer =
                detector.forward(images, detector.features(images, reader)).answer();
        if (!answer.classes().isFinite() || !answer.boxes().isFinite()) {
            throw new NotFiniteException("the detector (" + head.source() + ") gives NaN or infinite values on "
                    + model.card().name() + ": its weights do not belong to this backbone, or the arithmetic overflows;"
                    + " try another precision");
        }
        return answer;
    }

    private void requireMemory(Pixels pixels) {
        long bytes = model.memory(1, pixels.height(), pixels.width()).bytes()
                + head.head().bytes(pixels.height(), pixels.width());
        if (bytes > Engine.memoryBudget()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "detection in an image of %d x %d pixels takes about %.0f MB, the memory budget is %.0f MB; raise it"
                            + " (Engine.memoryBudget), or take a smaller sizing (DetectionOptions.withSizing)",
                    pixels.width(),
                    pixels.height(),
                    bytes / 1e6,
                    Engine.memoryBudget() / 1e6));
        }
    }

    /** Frees the head when running calls have ended; closing twice is harmless. */
    @Override
    public void close() {
        head.close();
    }
}
