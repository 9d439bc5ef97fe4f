package io.github.dino4j.eval;

import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.retrieve.RankedTruth;
import io.github.dino4j.retrieve.RetrievalMetrics;
import io.github.dino4j.retrieve.Whitening;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Measures features on a {@link RetrievalTask}: all images are ranked by cosine, exactly, no index is in between. Of images that
 * are equally near, the one that stands first in the task is nearer.
 */
public final class RetrievalEvaluation {
    private static final Integer[] KS = {1, 5, 10}; // of the revisited benchmarks
    private static final int BLOCK = 256; // queries that are ranked at once

    private final RetrievalTask task;
    private final PhotoFeatures features;
    private final Optional<Whitening> whitening;

    private RetrievalEvaluation(RetrievalTask task, PhotoFeatures features, Optional<Whitening> whitening) {
        this.task = task;
        this.features = features;
        this.whitening = whitening;
    }

    /** Features as they come. */
    public static RetrievalEvaluation of(RetrievalTask task, PhotoFeatures features) {
        return new RetrievalEvaluation(task, features, Optional.empty());
    }

    /** The same after a whitening, learned from photos of another set. */
    public RetrievalEvaluation with(Whitening other) {
        return new RetrievalEvaluation(task, features, Optional.of(other));
    }

    /** The features of a list of photos, such as those from which a whitening is learned. */
    public static FeatureRows read(
            String name, List<Path> photos, PhotoFeatures features, EvaluationListener listener) {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < photos.size(); i++) {
            examples.add(Example.ofCategory(Integer.toString(i), photos.get(i), 0));
        }
        return features.read(TruthSet.of(name, ClassList.of("photos", List.of("photo")), examples), listener)
                .rows();
    }

    /**
     * Reads all photos and ranks them.
     *
     * @throws io.github.dino4j.data.DataSetException naming every photo that cannot be read, before the first pass
     */
    public RetrievalResult run(LocalDate date, EvaluationListener listener) {
        List<Path> files = task.files();
        FeatureRows rows = read(task.name(), files, features.with(Unreadable.FAIL), listener);
        Map<Path, Integer> numbers = new HashMap<>();
        for (int i = 0; i < files.size(); i++) {
            numbers.put(files.get(i), i);
        }
        float[][] unit = new float[files.size()][];
        for (int i = 0; i < unit.length; i++) {
            float[] row = rows.row(i);
            unit[i] = unit(whitening.isPresent() ? whitening.get().apply(row) : row);
        }
        Map<String, RetrievalMetrics> levels = new LinkedHashMap<>();
        for (RetrievalTask.Level level : task.levels()) {
            RetrievalMetrics metrics = new RetrievalMetrics(KS);
            for (int first = 0; first < level.queries().size(); first += BLOCK) {
                int end = Math.min(first + BLOCK, level.queries().size());
                float[][] queries = new float[end - first][];
                for (int q = first; q < end; q++) {
                    queries[q - first] =
                            unit[numbers.getOrDefault(level.queries().get(q), -1)];
                }
                rank(queries, unit, level.truths().subList(first, end), metrics);
            }
            levels.put(level.name(), metrics);
        }
        Map<String, Object> protocol = new LinkedHashMap<>(new TreeMap<>(task.protocol()));
        protocol.put("similarity", "cosine, exact");
        protocol.put("images_searched", task.images().size());
        protocol.put("ranking_depth", task.depth());
        protocol.put("average_precision", "trapezoids, junk taken out");
        protocol.put(
                "whitening",
                whitening.isPresent() ? "mean off, second moments, eigenvalues from 1e-5 of the largest on" : "none");
        protocol.put("width", rows.dim());
        return new RetrievalResult(
                date, new Evaluated(task.name(), files.size(), List.of()), protocol, features.setup(), levels);
    }

    private void rank(float[][] queries, float[][] unit, List<RankedTruth> truths, RetrievalMetrics metrics) {
        int images = task.images().size(); // they stand first among the files
        float[] cosines = product(queries, unit, images);
        for (int q = 0; q < queries.length; q++) {
            metrics.add(truths.get(q), ranking(cosines, q * images, images, task.depth()));
        }
    }

    private static float[] product(float[][] queries, float[][] unit, int images) {
        int dim = unit[0].length;
        try (Scope scope = Scope.inference()) {
            return Tensor.of(flat(queries, queries.length, dim), queries.length, dim)
                    .matmul(Tensor.of(flat(unit, images, dim), images, dim).transpose(0, 1))
                    .toFloats();
        }
    }

    private static float[] flat(float[][] rows, int count, int dim) {
        float[] flat = new float[Math.multiplyExact(count, dim)];
        for (int i = 0; i < count; i++) {
            System.arraycopy(rows[i], 0, flat, i * dim, dim);
        }
        return flat;
    }

    /** Numbers by falling cosine; of equals the lower first. */
    static int[] ranking(float[] cosines, int from, int count, int depth) {
        // One long an image sorts without boxing: the cosine turned so that larger ones come first, then the number.
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) {
            int bits = Float.floatToIntBits(cosines[from + i] + 0f); // no -0
            int ascending = bits ^ (bits >> 31 & 0x7fffffff);
            keys[i] = (long) ~ascending << 32 | i;
        }
        Arrays.sort(keys);
        int[] ranking = new int[Math.min(depth, count)];
        for (int i = 0; i < ranking.length; i++) {
            ranking[i] = (int) keys[i];
        }
        return ranking;
    }

    private static float[] unit(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double norm = Math.max(Math.sqrt(squares), 1e-12);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return unit;
    }
}
