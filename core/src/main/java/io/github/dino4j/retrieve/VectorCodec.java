package io.github.dino4j.retrieve;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's codec with wider vectors: its own limit is 1,024 values, and a class token with the pooled patches of a ViT-B
 * has more already.
 *
 * <p>The limit is asked only when a vector is written, and the files are those of Lucene's own format. So the wrapper takes
 * that format's name, under which readers find it: an index can be read by any Lucene 9.12, without this class.
 */
final class VectorCodec extends Lucene912Codec {
    static final int MOST_DIMENSIONS = 4096;

    private final KnnVectorsFormat format;

    VectorCodec(IndexOptions options) {
        format = new Wide(
                options.storage() == IndexOptions.Storage.INT8
                        ? new Lucene99HnswScalarQuantizedVectorsFormat(options.connections(), options.beam())
                        : new Lucene99HnswVectorsFormat(options.connections(), options.beam()));
    }

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return format;
    }

    private static final class Wide extends KnnVectorsFormat {
        private final KnnVectorsFormat format;

        Wide(KnnVectorsFormat format) {
            super(format.getName());
            this.format = format;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return format.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return format.fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String field) {
            return MOST_DIMENSIONS;
        }
    }
}
