package io.github.dino4j.retrieve;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;

/** All vectors of a field that were not deleted, in the order of Lucene's numbers, a block at a time: never all in memory. */
final class VectorBlocks {
    private static final int VALUES = 1 << 22; // of a block: 16 MB

    private final IndexReader reader;
    private final String field;
    private final int dim;

    VectorBlocks(IndexReader reader, String field, int dim) {
        this.reader = reader;
        this.field = field;
        this.dim = dim;
    }

    /** Takes a block. */
    interface Sink {
        /**
         * A block.
         *
         * @param first number of its first vector, counted over all blocks
         * @param documents Lucene's numbers, one a vector
         * @param values [documents, dim], the sink's own
         */
        void block(int first, int[] documents, float[] values) throws IOException;
    }

    /** Number of vectors. */
    int size() throws IOException {
        int count = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            FloatVectorValues vectors = leaf.reader().getFloatVectorValues(field);
            Bits live = leaf.reader().getLiveDocs();
            if (vectors == null) {
                continue;
            }
            if (live == null) {
                count += vectors.size();
                continue;
            }
            for (int doc = vectors.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = vectors.nextDoc()) {
                count += live.get(doc) ? 1 : 0;
            }
        }
        return count;
    }

    /** Vectors of a full block. */
    int rows() {
        return Math.max(1, VALUES / dim);
    }

    /** Reads the blocks from a vector on. */
    void read(int from, Sink sink) throws IOException {
        int rows = rows();
        int[] documents = new int[rows];
        float[] values = new float[rows * dim];
        int number = 0;
        int filled = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            FloatVectorValues vectors = leaf.reader().getFloatVectorValues(field);
            if (vectors == null) {
                continue;
            }
            Bits live = leaf.reader().getLiveDocs();
            for (int doc = vectors.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = vectors.nextDoc()) {
                if (live != null && !live.get(doc)) {
                    continue;
                }
                if (number++ < from) {
                    continue;
                }
                documents[filled] = leaf.docBase + doc;
                System.arraycopy(vectors.vectorValue(), 0, values, filled * dim, dim);
                if (++filled == rows) {
                    sink.block(number - filled, documents, values);
                    documents = new int[rows];
                    values = new float[rows * dim];
                    filled = 0;
                }
            }
        }
        if (filled > 0) {
            sink.block(number - filled, Arrays.copyOf(documents, filled), Arrays.copyOf(values, filled * dim));
        }
    }
}
