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
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
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

    /**
     * What {@code read} makes of the prediction for a photo whose shorter side is brought to about {@code side} pixels.
     *
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
