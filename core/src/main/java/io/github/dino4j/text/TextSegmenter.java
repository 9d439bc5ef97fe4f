package io.github.dino4j.text;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.predict.Predictor;
import io.github.dino4j.segment.Fit;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Open-vocabulary segmentation (dino.txt, arXiv:2412.16334, section 4.3): a class for every pixel of a photo, the classes
 * being whatever words one gives. Immutable; any thread may use it. Closing closes the encoder.
 */
public final class TextSegmenter implements Predictor<SegmentMap> {
    private final TextEncoder encoder;
    private final ClassList classes;
    private final Options options;
    private final float[][] texts;

    /**
     * How photos are shown.
     *
     * @param side to which the shorter side is resized, bicubic, aspect kept
     * @param inference in windows, whose probabilities are averaged, or in one piece
     */
    public record Options(int side, Inference inference) {
        /** As in dino.txt's evaluation: shorter side 512, windows of 384 pixels at a stride of 192. */
        public static final Options PUBLISHED = windows(512, 384, 192);

        public Options {
            if (side < 1) {
                throw new IllegalArgumentException("the shorter side must be positive, found " + side);
            }
        }

        /** In square windows. */
        public static Options windows(int side, int window, int stride) {
            return new Options(
                    side, new Inference.Slide(window, window, stride, stride, Inference.Oversize.SQUARE, Fit.BICUBIC));
        }

        /** In one piece. */
        public static Options whole(int side) {
            return new Options(side, new Inference.Plain(Fit.BICUBIC));
        }
    }

    /** A segmenter that works as published. */
    public TextSegmenter(TextEncoder encoder, ClassList classes, PromptTemplates templates) {
        this(encoder, classes, templates, Options.PUBLISHED);
    }

    /** Puts the names of the classes into words, once. */
    public TextSegmenter(TextEncoder encoder, ClassList classes, PromptTemplates templates, Options options) {
        this.encoder = encoder;
        this.classes = classes;
        this.options = options;
        this.texts = encoder.classes(classes.names(), templates, true);
    }

    public TextEncoder encoder() {
        return encoder;
    }

    public ClassList classes() {
        return classes;
    }

    public Options options() {
        return options;
    }

    /** How photos are prepared. */
    public Transform transform() {
        return encoder.model()
                .card()
                .transform()
                .withSizing(new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, options.side(), 1))
                .withInterpolation(Interpolation.BICUBIC);
    }

    /**
     * The likeliest class of each pixel. Its confidence is the mean of softmax over the classes' cosines, as published
     * without any sharpening: little above 1 / K even where the answer is clear.
     *
     * @throws IllegalArgumentException if the scores of the photo take more memory than {@link Engine#memoryBudget}
     * @throws NotFiniteException if model or head give NaN or infinity
     */
    @Override
    public SegmentMap predict(RgbImage photo) {
        requireMemory(photo);
        boolean windows = options.inference() instanceof Inference.Slide;
        Model model = encoder.model();
        return model.run(backbone -> encoder.loaded().use(h -> {
            Tensor pixels = Model.tensor(List.of(model.prepare(transform(), photo, Optional.empty())));
            PatchTextHead head = new PatchTextHead(h.vision(), texts, windows);
            return map(backbone, head, pixels, photo);
        }));
    }

    private SegmentMap map(Backbone backbone, PatchTextHead head, Tensor pixels, RgbImage photo) {
        Tensor scores = options.inference().scores(backbone, head, pixels, photo.height(), photo.width());
        if (!scores.isFinite()) {
            throw new NotFiniteException("the likeness of patches to texts is NaN or infinite: try another precision");
        }
        float[] winners = scores.argmax(1).to(DType.F32).toFloats();
        float[] confidence =
                (head.probabilities() ? scores : scores.softmax(1)).amax(1).toFloats();
        short[] labels = new short[winners.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (short) winners[i];
        }
        return SegmentMap.of(photo.width(), photo.height(), labels, confidence, classes);
    }

    private void requireMemory(RgbImage photo) {
        double enlarged = Math.max(1, (double) options.side() / Math.min(photo.width(), photo.height()));
        double bytes = 4.0 * Float.BYTES * classes.size() * photo.width() * photo.height() * enlarged * enlarged;
        if (bytes > Engine.memoryBudget() || photo.width() * enlarged * photo.height() * enlarged > 1 << 29) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the scores of %d classes of a photo of %d x %d pixels take about %.1f GB, the memory budget is %.1f"
                            + " GB; take a smaller photo, fewer classes, or raise Engine.memoryBudget",
                    classes.size(),
                    photo.width(),
                    photo.height(),
                    1e-9 * bytes,
                    1e-9 * Engine.memoryBudget()));
        }
    }

    @Override
    public void close() {
        encoder.close();
    }
}
