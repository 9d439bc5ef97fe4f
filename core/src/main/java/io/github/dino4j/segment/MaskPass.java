package io.github.dino4j.segment;

import io.github.dino4j.decoder.MaskPrediction;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A backbone and a Mask2Former head at work on a photo in one piece: a query's object must be seen whole.
 *
 * @param classes of the head
 * @param things numbers of the classes that are countable objects
 */
record MaskPass(Model model, LoadedHead<Mask2FormerSegmenter> head, ClassList classes, Set<Integer> things) {
    MaskPass {
        Mask2FormerSegmenter segmenter = head.head();
        classes.require(segmenter.classes());
        things = Set.copyOf(things);
        for (int thing : things) {
            if (thing < 0 || thing >= classes.size()) {
                throw new IllegalArgumentException("thing " + thing + " is no class of " + classes.name()
                        + ", which has 0 to " + (classes.size() - 1));
            }
        }
        int width = segmenter.config().adapter().dim();
        if (width != model.config().dim()) {
            throw new IllegalArgumentException("the head (" + head.source() + ") is for a backbone of width " + width
                    + ", " + model.card().name() + " has " + model.config().dim()
                    + "; load the backbone that the head was trained on");
        }
        segmenter.config().layers().indices(model.config().depth()); // refuses layers that the backbone does not have
    }

    /** Loads the head from a file; what does not fit closes it again. */
    static MaskPass load(Model model, Path file, ClassList classes, Set<Integer> things) {
        LoadedHead<Mask2FormerSegmenter> head = HeadFile.open(file).load(model, Mask2FormerSegmenter.class);
        try {
            return new MaskPass(model, head, classes, things);
        } catch (RuntimeException | Error e) {
            head.close();
            throw e;
        }
    }

    /**
     * What {@code read} makes of the prediction for a photo whose shorter side is brought to about {@code side} pixels.
     *
     * @throws IllegalArgumentException if the photo takes more memory than {@link Engine#memoryBudget} allows
     * @throws IllegalStateException if the prediction is not finite, or the model or head is closed
     */
    <R> R run(RgbImage photo, Optional<DepthFrame> depth, int side, Function<MaskPrediction, R> read) {
        int patch = model.config().patch();
        int multiple = patch;
        while (multiple % head.head().multiple() != 0) {
            multiple += patch;
        }
        Transform transform = model.card()
                .transform()
                .withSizing(new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, side, multiple))
                .withInterpolation(Interpolation.BILINEAR);
        requireMemory(photo, side, multiple);
        return model.run(backbone -> head.use(h -> {
            MaskPrediction prediction;
            try (Scope scope = Scope.open()) {
                Tensor pixels = Model.tensor(List.of(model.prepare(transform, photo, depth)));
                prediction = h.predict(pixels, h.taps().read(backbone, pixels)).keep(scope);
            }
            if (!prediction.classes().isFinite() || !prediction.masks().isFinite()) {
                throw new NotFiniteException(model.card().name() + " with the head (" + head.source()
                        + ") gave NaN or infinite masks; in a reduced precision load it in FLOAT32, else the weights"
                        + " are damaged");
            }
            return read.apply(prediction);
        }));
    }

    /** Before anything is resized: backbone and head at work, then a mask of the photo's size, its resize and its sigmoid. */
    private void requireMemory(RgbImage photo, int side, int multiple) {
        double enlarged = (double) side / Math.min(photo.height(), photo.width());
        long height = up(photo.height() * enlarged, multiple);
        long width = up(photo.width() * enlarged, multiple);
        long bytes = 3L * Float.BYTES * photo.height() * photo.width();
        if (Math.max(height, width) < Integer.MAX_VALUE) {
            bytes += model.memory(1, (int) height, (int) width).bytes()
                    + head.head().bytes((int) height, (int) width);
        }
        if (height * width > Integer.MAX_VALUE || bytes > Engine.memoryBudget()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "masks of an image of %d x %d pixels take about %.1f GB, the memory budget is %.1f GB; name a smaller"
                            + " side (withSide of the options), cut the photo, or raise Engine.memoryBudget",
                    width,
                    height,
                    1e-9 * bytes,
                    1e-9 * Engine.memoryBudget()));
        }
    }

    private static long up(double side, int multiple) {
        return (long) Math.ceil(side / multiple) * multiple;
    }

    /** The probabilities of query {@code query}'s mask in the photo's size, row by row. */
    static float[] mask(MaskPrediction prediction, int query, int width, int height) {
        try (Scope scope = Scope.open()) {
            Tensor one = prediction.masks().narrow(1, query, 1);
            return new MaskPrediction(prediction.classes(), one)
                    .masks(height, width)
                    .sigmoid()
                    .toFloats();
        }
    }
}
