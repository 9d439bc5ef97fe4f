package io.github.dino4j.retrieve;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How an index keeps its vectors; fixed when it is made.
 *
 * @param storage what the graph is searched over
 * @param reduced values a vector is brought down to by principal components; empty: as they come
 * @param connections of a vector to its neighbours in the graph (M of HNSW, arXiv:1603.09320), 2 to 512
 * @param beam candidates that are looked at when a vector joins the graph (efConstruction), 1 to 3200
 * @param notes texts that are kept with the index and mean nothing to it, such as the folder of the photos
 */
public record IndexOptions(Storage storage, OptionalInt reduced, int connections, int beam, Map<String, String> notes) {
    /** float32, all dimensions, 16 connections, a beam of 100. */
    public static final IndexOptions DEFAULT =
            new IndexOptions(Storage.FLOAT32, OptionalInt.empty(), 16, 100, Map.of());

    /** What the graph is searched over. */
    public enum Storage {
        /** The vectors as they are, 4 bytes a value. */
        FLOAT32,
        /**
         * One byte a value in memory; the float32 values stay on disk, and the best candidates are compared by them. Disk
         * takes a quarter more, memory a quarter.
         */
        INT8
    }

    public IndexOptions {
        notes = Collections.unmodifiableMap(new LinkedHashMap<>(notes));
        if (reduced.isPresent() && (reduced.getAsInt() < 1 || reduced.getAsInt() > VectorCodec.MOST_DIMENSIONS)) {
            throw new IllegalArgumentException("vectors are reduced to 1 to " + VectorCodec.MOST_DIMENSIONS
                    + " values, not to " + reduced.getAsInt());
        }
        if (connections < 2 || connections > 512 || beam < 1 || beam > 3200) {
            throw new IllegalArgumentException(
                    "a graph has 2 to 512 connections and a beam of 1 to 3200, not " + connections + " and " + beam);
        }
    }

    public IndexOptions with(Storage other) {
        return new IndexOptions(other, reduced, connections, beam, notes);
    }

    public IndexOptions withReduced(int dim) {
        return new IndexOptions(storage, OptionalInt.of(dim), connections, beam, notes);
    }

    public IndexOptions withGraph(int connections, int beam) {
        return new IndexOptions(storage, reduced, connections, beam, notes);
    }

    public IndexOptions withNotes(Map<String, String> other) {
        return new IndexOptions(storage, reduced, connections, beam, other);
    }
}
