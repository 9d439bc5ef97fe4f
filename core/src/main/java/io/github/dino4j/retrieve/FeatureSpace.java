package io.github.dino4j.retrieve;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which vectors may be compared with each other: those of one model, pooled and prepared in one way. It is stored with an
 * index, and a query from another space is refused.
 *
 * @param name of the space. Vectors that something else than the images' model makes, such as the text tower of a pair,
 *     name the space they belong to and nothing more.
 * @param dim values of a vector
 * @param settings everything on which the numbers depend, such as {@link #WEIGHTS}; empty where only the name is known
 */
public record FeatureSpace(String name, int dim, Map<String, String> settings) {
    /** Key of the model's name. */
    public static final String MODEL = "model";

    /** Key of the fingerprint of the weights. */
    public static final String WEIGHTS = "weights";

    /** Key of the fingerprint of the configuration and of what was taken from the file. */
    public static final String CONFIGURATION = "settings";

    /** Key of {@link Pooling#describe()}. */
    public static final String POOLING = "pooling";

    /** Key of the image scales whose features are averaged. */
    public static final String SCALES = "scales";

    /** Key of {@link io.github.dino4j.image.Transform#describe()}. */
    public static final String TRANSFORM = "transform";

    /** What must agree; arithmetic, licence and title may differ. */
    private static final List<String> DECISIVE = List.of(MODEL, WEIGHTS, CONFIGURATION, POOLING, SCALES, TRANSFORM);

    public FeatureSpace {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a feature space has a name");
        }
        if (dim < 1) {
            throw new IllegalArgumentException("vectors have at least one value, those of '" + name + "' have " + dim);
        }
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** A space of which only name and width are known. */
    public static FeatureSpace named(String name, int dim) {
        return new FeatureSpace(name, dim, Map.of());
    }

    /** The same under another name, for vectors that another model of a pair shall be compared with. */
    public FeatureSpace withName(String other) {
        return new FeatureSpace(other, dim, settings);
    }

    /**
     * Refuses vectors from another space; settings that only one of both states do not count.
     *
     * @param where the index, for the message
     * @throws RetrievalException naming both
     */
    void requireSame(FeatureSpace query, String where) {
        List<String> differences = new ArrayList<>();
        if (!name.equals(query.name)) {
            differences.add("space '" + name + "' and '" + query.name + "'");
        }
        for (String key : DECISIVE) {
            String own = settings.get(key);
            String other = query.settings.get(key);
            if (own != null && other != null && !own.equals(other)) {
                differences.add(key + " '" + own + "' and '" + other + "'");
            }
        }
        if (dim != query.dim) {
            differences.add("vectors of " + dim + " and of " + query.dim + " values");
        }
        if (!differences.isEmpty()) {
            throw new RetrievalException(where + ": the index keeps " + describe() + "; the vectors given are "
                    + query.describe() + ". They cannot be compared: they differ in " + String.join("; ", differences)
                    + ". Take the model and settings that built the index, or build another index.");
        }
    }

    /** Model, pooling and width in a few words. */
    public String describe() {
        return "vectors of " + dim + " values, "
                + (settings.containsKey(MODEL)
                        ? settings.get(MODEL) + ", " + settings.getOrDefault(POOLING, "pooling not told")
                        : "space '" + name + "'");
    }
}
