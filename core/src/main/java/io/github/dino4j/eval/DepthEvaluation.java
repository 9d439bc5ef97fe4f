package io.github.dino4j.eval;

import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.depth.DepthImage;
import io.github.dino4j.depth.DepthMap;
import io.github.dino4j.depth.DepthMetrics;
import io.github.dino4j.depth.DepthPredictor;
import io.github.dino4j.depth.DepthProtocol;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Predictor;
import java.time.LocalDate;

/**
 * Measures a depth predictor over a data set, under a {@link DepthProtocol}: metrics are taken image by image, then
 * averaged over images. Immutable; a run takes the caller's thread and holds one image at a time.
 */
public final class DepthEvaluation {
    private final Predictor<DepthMap> predictor;
    private final DepthProtocol protocol;
    private final double metresPerUnit;
    private final Setup setup;
    private final Unreadable rule;
    private final Walk<DepthImage> walk;

    private DepthEvaluation(
            Predictor<DepthMap> predictor,
            DepthProtocol protocol,
            double metresPerUnit,
            Setup setup,
            Unreadable rule,
            ImageDecoder decoder) {
        this.predictor = predictor;
        this.protocol = protocol;
        this.metresPerUnit = metresPerUnit;
        this.setup = setup;
        this.rule = rule;
        this.walk = new Walk<>(decoder, file -> DepthImage.read(file, metresPerUnit), new Fits(protocol));
    }

    /**
     * For any predictor, which stays the caller's.
     *
     * @param metresPerUnit metres of one step of 16-bit depth files: see {@link DepthImage#read}
     * @param setup what the result says about the predictor
     */
    public static DepthEvaluation of(
            Predictor<DepthMap> predictor, DepthProtocol protocol, double metresPerUnit, Setup setup) {
        if (!(metresPerUnit > 0) || Double.isInfinite(metresPerUnit)) {
            throw new IllegalArgumentException(
                    "metres of one unit are above 0, found " + metresPerUnit + "; 0.001 where files hold millimetres");
        }
        return new DepthEvaluation(predictor, protocol, metresPerUnit, setup, Unreadable.FAIL, ImageDecoder.standard());
    }

    /** For a backbone and a head. */
    public static DepthEvaluation of(DepthPredictor predictor, DepthProtocol protocol, double metresPerUnit) {
        return of(predictor, protocol, metresPerUnit, Setup.of(predictor));
    }

    /** What becomes of photos that cannot be read; without this, {@link Unreadable#FAIL}. */
    public DepthEvaluation with(Unreadable other) {
        return new DepthEvaluation(predictor, protocol, metresPerUnit, setup, other, walk.decoder());
    }

    /** How photos are read. */
    public DepthEvaluation with(ImageDecoder other) {
        return new DepthEvaluation(predictor, protocol, metresPerUnit, setup, rule, other);
    }

    /**
     * Reads every file and predicts nothing: a depth file must have its photo's size, and some measurement that the protocol
     * counts if it has any.
     */
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
    public DepthResult run(DataSet set, LocalDate date, EvaluationListener listener) {
        DataCheck check = walk.check(set, listener);
        check.require(set, rule);
        DepthMetrics.Accumulator metrics = new DepthMetrics.Accumulator();
        walk.run(
                set,
                check.photos(),
                (sample, photo, truth) ->
                        metrics.add(sample.name(), protocol.evaluate(predictor.predict(photo), truth)),
                () -> metrics.mean().absRel(),
                listener);
        return new DepthResult(
                date,
                new Evaluated(set.name(), metrics.images().size(), check.photos()),
                protocol,
                metresPerUnit,
                setup,
                metrics.mean(),
                metrics.images());
    }

    private record Fits(DepthProtocol protocol) implements Walk.Fits<DepthImage> {
        /** A truth in another unit has all its values out of range: better told before hours of predictions. */
        @Override
        public void require(DepthImage truth) {
            if (truth.measured() == 0) {
                return; // an empty frame counts in no mean
            }
            for (boolean counts : protocol.counted(truth)) {
                if (counts) {
                    return;
                }
            }
            throw new IllegalArgumentException(truth.measured() + " pixels are measured, and none lies between "
                    + protocol.minDepth() + " and " + protocol.maxDepth() + " m inside of the crop " + protocol.crop()
                    + ". Is the unit right (metres per unit), and the protocol that of this data set?");
        }

        @Override
        public void requireSize(DepthImage truth, RgbImage photo) {
            truth.requireSizeOf(photo);
        }
    }
}
