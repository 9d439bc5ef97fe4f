package io.github.dino4j.eval;

import io.github.dino4j.data.CheckListener;
import io.github.dino4j.data.CocoAnnotations;
import io.github.dino4j.data.CocoResults;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.Sample;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.detect.CocoMetrics;
import io.github.dino4j.detect.Detection;
import io.github.dino4j.detect.DetectionList;
import io.github.dino4j.detect.DetectionPredictor;
import io.github.dino4j.detect.TrueBox;
import io.github.dino4j.export.Fingerprint;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.predict.Predictor;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures boxes as COCO does: of a predictor over photos, or of a result file that any detector wrote. Runs take the caller's
 * thread and hold one photo at a time. Immutable.
 */
public final class DetectionEvaluation {
    private static final int THREADS = 2;

    private final Predictor<DetectionList> predictor;
    private final Setup setup;
    private final ImageDecoder decoder;

    private DetectionEvaluation(Predictor<DetectionList> predictor, Setup setup, ImageDecoder decoder) {
        this.predictor = predictor;
        this.setup = setup;
        this.decoder = decoder;
    }

    /**
     * For any predictor, which stays the caller's.
     *
     * @param setup what the result says about the predictor
     */
    public static DetectionEvaluation of(Predictor<DetectionList> predictor, Setup setup) {
        return new DetectionEvaluation(predictor, setup, ImageDecoder.standard());
    }

    /**
     * For a backbone and a detector. COCO counts the 100 best of a class in a photo, however bad: give it a predictor with {@link
     * io.github.dino4j.detect.DetectionOptions#forEvaluation}.
     */
    public static DetectionEvaluation of(DetectionPredictor predictor) {
        return of(predictor, Setup.of(predictor));
    }

    /** How photos are read. */
    public DetectionEvaluation with(ImageDecoder other) {
        return new DetectionEvaluation(predictor, setup, other);
    }

    /**
     * Reads every photo once and looks at its boxes, then measures.
     *
     * @param set with boxes, of the predictor's classes
     * @param date that the result shall carry
     * @throws DataSetException naming every photo that cannot be read and every box that reaches out of its photo, before the
     *     first prediction
     */
    public DetectionResult run(TruthSet set, LocalDate date, EvaluationListener listener) {
        listener.checks(set.size());
        set.check(THREADS, CheckListener.NONE).require();
        CocoMetrics metrics = new CocoMetrics(set.classes());
        listener.begins(set.size());
        long start = System.nanoTime();
        int done = 0;
        for (Example example : set.examples()) {
            List<Detection> found;
            try {
                found = predictor.predict(decoder.read(example.image())).detections();
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(example.image() + ": " + e.getMessage(), e);
            }
            metrics.add(example.boxes().stream().map(TrueBox::of).toList(), found);
            done++;
            listener.evaluated(new EvaluationListener.Step(
                    new Sample(example.name(), example.image(), example.image()),
                    done,
                    set.size(),
                    done / ((System.nanoTime() - start) * 1e-9),
                    Double.NaN));
        }
        return new DetectionResult(date, new Evaluated(set.name(), done, List.of()), setup, metrics);
    }

    /**
     * Measures a result file.
     *
     * @param truth whose numbers it uses
     * @throws DataSetException naming every row that does not fit
     */
    public static DetectionResult ofPredictions(CocoAnnotations truth, String name, Path predictions, LocalDate date) {
        Map<Long, List<Detection>> found = CocoResults.read(predictions, truth);
        CocoMetrics metrics = new CocoMetrics(truth.classes());
        for (long image : truth.images().keySet()) {
            metrics.add(truth.boxes(image).stream().map(TrueBox::of).toList(), found.getOrDefault(image, List.of()));
        }
        Map<String, Object> setup = new LinkedHashMap<>();
        setup.put("predictions", Fingerprint.of(predictions));
        return new DetectionResult(
                date, new Evaluated(name, truth.images().size(), List.of()), new Setup(setup), metrics);
    }
}
