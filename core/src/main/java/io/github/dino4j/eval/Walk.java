package io.github.dino4j.eval;

import io.github.dino4j.data.BadFile;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.Sample;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.NotFiniteException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/**
 * What evaluations of every task share: all files are read once to find the bad ones, then pair by pair is scored. One pair
 * is in memory at a time.
 *
 * @param reads reads a truth; throws {@link ImageException} if it cannot
 * @param fits throws {@link IllegalArgumentException} if a truth holds what it may not; the photo, where it could be read,
 *     tells the size
 */
record Walk<T>(ImageDecoder decoder, Function<Path, T> reads, Fits<T> fits) {

    /** Whether a truth can be compared with. */
    interface Fits<T> {
        void require(T truth);

        void requireSize(T truth, RgbImage photo);
    }

    /** Predicts and counts one pair. */
    interface Score<T> {
        void add(Sample sample, RgbImage photo, T truth);
    }

    DataCheck check(DataSet set, EvaluationListener listener) {
        listener.checks(set.size());
        List<BadFile> photos = new ArrayList<>();
        List<BadFile> truths = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            requireGoing(listener, i, set, "checked");
            check(set.samples().get(i), photos, truths);
        }
        return new DataCheck(photos, truths);
    }

    private void check(Sample sample, List<BadFile> photos, List<BadFile> truths) {
        T truth = null;
        try {
            truth = reads.apply(sample.truth());
            fits.require(truth);
        } catch (ImageException e) {
            truths.add(bad(sample.truth(), e));
        } catch (IllegalArgumentException e) {
            truths.add(bad(sample.truth(), e));
            truth = null; // one reason a file
        }
        try {
            RgbImage photo = decoder.read(sample.image());
            if (truth != null) {
                fits.requireSize(truth, photo);
            }
        } catch (ImageException e) {
            photos.add(bad(sample.image(), e));
        } catch (IllegalArgumentException e) {
            truths.add(bad(sample.truth(), e));
        }
    }

    /** Messages of the readers name the file already; those of values do not. */
    private static BadFile bad(Path file, RuntimeException e) {
        String reason = String.valueOf(e.getMessage());
        return new BadFile(file, reason.startsWith(file.toString()) ? reason : file + ": " + reason);
    }

    /** Scores all pairs but those whose photo is among {@code skipped}. */
    void run(DataSet set, List<BadFile> skipped, Score<T> score, DoubleSupplier running, EvaluationListener listener) {
        Set<Path> left = new HashSet<>();
        skipped.forEach(file -> left.add(file.file()));
        List<Sample> samples = set.samples().stream()
                .filter(sample -> !left.contains(sample.image()))
                .toList();
        listener.begins(samples.size());
        long start = System.nanoTime();
        for (int i = 0; i < samples.size(); i++) {
            requireGoing(listener, i, set, "evaluated");
            Sample sample = samples.get(i);
            score(sample, score);
            double seconds = (System.nanoTime() - start) * 1e-9;
            listener.evaluated(new EvaluationListener.Step(
                    sample, i + 1, samples.size(), (i + 1) / seconds, running.getAsDouble()));
        }
    }

    /** A predictor does not know which file it works on. */
    private void score(Sample sample, Score<T> score) {
        T truth = reads.apply(sample.truth());
        RgbImage photo = decoder.read(sample.image());
        try {
            score.add(sample, photo, truth);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(sample.image() + ": " + e.getMessage(), e);
        } catch (NotFiniteException e) {
            throw new NotFiniteException(sample.image() + ": " + e.getMessage(), e);
        }
    }

    private static void requireGoing(EvaluationListener listener, int done, DataSet set, String verb) {
        if (listener.cancelled() || Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the evaluation of " + set.name() + " was cancelled; " + done + " of "
                    + set.size() + " pairs were " + verb + ", no result was made");
        }
    }
}
