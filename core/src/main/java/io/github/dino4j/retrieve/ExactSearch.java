package io.github.dino4j.retrieve;

import io.github.dino4j.retrieve.Query.Target;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;

/** The nearest of all vectors, by comparing each: blocks are multiplied with all queries at once. */
final class ExactSearch {
    private ExactSearch() {}

    /**
     * Best vectors of each query, by Lucene's numbers; of parts the best of each image.
     *
     * @param queries [n][dim], of unit length
     */
    static Best[] search(VectorBlocks blocks, float[][] queries, int wanted, Target target) throws IOException {
        int dim = queries[0].length;
        Best[] best = new Best[queries.length];
        Run[] runs = new Run[queries.length];
        float[] flat = new float[queries.length * dim];
        for (int q = 0; q < queries.length; q++) {
            best[q] = new Best(wanted);
            runs[q] = new Run(best[q], target);
            System.arraycopy(queries[q], 0, flat, q * dim, dim);
        }
        blocks.read(0, (first, documents, values) -> {
            float[] cosines = product(flat, queries.length, values, documents.length, dim);
            for (int i = 0; i < cosines.length; i++) {
                runs[i / documents.length].add(cosines[i], documents[i % documents.length]);
            }
        });
        for (Run run : runs) {
            run.end();
        }
        return best;
    }

    /**
     * The best of vectors that belong to one image. The documents of an image stay neighbours, the whole before its parts, so
     * the parts of one image have numbers without a gap, and between two images there is one.
     */
    private static final class Run {
        private final Best best;
        private final boolean parts;
        private float similarity = Float.NEGATIVE_INFINITY;
        private int nearest;
        private int last = Integer.MIN_VALUE;

        Run(Best best, Target target) {
            this.best = best;
            this.parts = target == Target.PARTS;
        }

        void add(float cosine, int document) {
            if (!parts || document != last + 1) {
                end();
            }
            if (cosine > similarity) {
                similarity = cosine;
                nearest = document;
            }
            last = document;
        }

        void end() {
            best.offer(similarity, nearest);
            similarity = Float.NEGATIVE_INFINITY;
        }
    }

    /** Dot products [m, n] of rows a [m, dim] and b [n, dim]. */
    static float[] product(float[] a, int m, float[] b, int n, int dim) {
        try (Scope scope = Scope.inference()) {
            return Tensor.of(a, m, dim)
                    .matmul(Tensor.of(b, n, dim).transpose(0, 1))
                    .toFloats();
        }
    }
}
