package io.github.dino4j.eval;

import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Predictor;
import io.github.dino4j.segment.LabelImage;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.segment.SegmentMetrics;
import io.github.dino4j.segment.SegmentPredictor;
import java.time.LocalDate;

/**
 * Measures a segmentation predictor over a data set, at the size of each photo (the protocol of DINOv3, arXiv:2508.10104,
 * and of mmsegmentation): areas are summed over all images, then divided. Immutable; a run takes the caller's thread and
 * holds one image at a time.
 */
public final class SegmentationEvaluation {
    private final Predictor<SegmentMap> predictor;
    private final ClassList classes;
    private final Setup setup;
    private final Unreadable rule;
    private final Walk<LabelImage> walk;

    private SegmentationEvaluation(
            Predictor<SegmentMap> predictor, ClassList classes, Setup setup, Unreadable rule, ImageDecoder decoder) {
        this.predictor = predictor;
        this.classes = classes;
        this.setup = setup;
        this.rule = rule;
        this.walk = new Walk<>(decoder, LabelImage::read, new Fits(classes));
    }

    /**
     * For any predictor, which stays the caller's.
     *
     * @param classes of the masks, and of the predictor's maps
     * @param setup what the result says about the predictor
     */
    public static SegmentationEvaluation of(Predictor<SegmentMap> predictor, ClassList classes, Setup setup) {
        return new SegmentationEvaluation(predictor, classes, setup, Unreadable.FAIL, ImageDecoder.standard());
    }

    /** For a backbone and a head. */
    public static SegmentationEvaluation of(SegmentPredictor predictor) {
        return of(predictor, predictor.classes(), Setup.of(predictor));
    }

    /** What becomes of photos that cannot be read; without this, {@link Unreadable#FAIL}. */
    public SegmentationEvaluation with(Unreadable other) {
        return new SegmentationEvaluation(predictor, classes, setup, other, walk.decoder());
    }

    /** How photos are read. */
    public SegmentationEvaluation with(ImageDecoder other) {
        return new SegmentationEvaluation(predictor, classes, setup, rule, other);
    }

    /** Reads every file and predicts nothing: masks must be masks of their photo's size, with labels of the class list. */
    public DataCheck check(DataSet set) {
        return walk.check(set, EvaluationListener.NONE);
    }

    /**
     * Checks the data, then measures.
     *
     * @param date that the result shall carry
     * @throws DataSetException naming every file that cannot be used, before the first prediction
     * @throws java.util.concurrent.CancellationException if the listener says so, or the thread is interrupted
     */
    public SegmentationResult run(DataSet set, LocalDate date, EvaluationListener listener) {
        DataCheck check = walk.check(set, listener);
        check.require(set, rule);
        SegmentMetrics metrics = new SegmentMetrics(classes);
        walk.run(
                set,
                check.photos(),
                (sample, photo, mask) -> metrics.add(predictor.predict(photo), mask),
                metrics::meanIou,
                listener);
        return new SegmentationResult(
                date, new Evaluated(set.name(), (int) metrics.images(), check.photos()), setup, metrics);
    }

    private record Fits(ClassList classes) implements Walk.Fits<LabelImage> {
        @Override
        public void require(LabelImage mask) {
            mask.targets(classes);
        }

        @Override
        public void requireSize(LabelImage mask, RgbImage photo) {
            if (mask.width() != photo.width() || mask.height() != photo.height()) {
                throw new IllegalArgumentException("the mask is " + mask.width() + " x " + mask.height()
                        + " pixels, its photo " + photo.width() + " x " + photo.height()
                        + "; a mask has one label for each pixel of its photo");
            }
        }
    }
}
