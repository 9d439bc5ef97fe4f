package io.github.dino4j.retrieve;

/**
 * What is looked for.
 *
 * @param space where the vector comes from; {@link FeatureSpace#named} for one that no image model made
 * @param vector of any length but 0; taken over, not copied
 * @param k images wanted
 * @param target what it is compared with
 * @param method how
 * @param candidates vectors that the graph's search keeps in view (ef of HNSW), at least {@code k}: more find more and
 *     take longer
 */
@SuppressWarnings("ArrayRecordComponent") // asked at once, never compared
public record Query(FeatureSpace space, float[] vector, int k, Target target, Method method, int candidates) {
    /** Candidates unless told. */
    public static final int CANDIDATES = 100;

    /** What a query is compared with. */
    public enum Target {
        /** The vector of each image. */
        WHOLE,
        /** The vectors of places; an image counts by its best. */
        PARTS
    }

    /** How neighbours are found. */
    public enum Method {
        /** Along the graph: a share of the vectors is looked at, and some neighbours may be missed. */
        GRAPH,
        /** All vectors are compared. */
        EXACT
    }

    public Query {
        if (k < 1) {
            throw new IllegalArgumentException("a search asks for at least one image, not " + k);
        }
        if (candidates < 1) {
            throw new IllegalArgumentException("a search keeps at least one candidate in view, not " + candidates);
        }
    }

    /** Whole images along the graph. */
    public static Query of(FeatureSpace space, float[] vector, int k) {
        return new Query(space, vector, k, Target.WHOLE, Method.GRAPH, Math.max(CANDIDATES, 2 * k));
    }

    public Query with(Target other) {
        return new Query(space, vector, k, other, method, candidates);
    }

    public Query with(Method other) {
        return new Query(space, vector, k, target, other, candidates);
    }

    public Query withCandidates(int count) {
        return new Query(space, vector, k, target, method, count);
    }
}
