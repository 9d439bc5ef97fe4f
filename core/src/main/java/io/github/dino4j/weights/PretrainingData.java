package io.github.dino4j.weights;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The images a published model was trained on. It decides how images are normalised. */
public enum PretrainingData {
    /** DINOv2: web images. */
    LVD142M("lvd142m"),
    /** DINOv3: web images. */
    LVD1689M("lvd1689m"),
    /** DINOv3: satellite images. */
    SAT493M("sat493m");

    /** Ends of Meta's file names: the first digits of the file's hash. */
    private static final Map<String, PretrainingData> HASHES = Map.of("eadcf0ff", SAT493M, "a6675841", SAT493M);

    private final String tag;

    PretrainingData(String tag) {
        this.tag = tag;
    }

    /** As it stands in file names. */
    public String tag() {
        return tag;
    }

    /** By a file name, a model's name or a tag; upper and lower case are the same. */
    static Optional<PretrainingData> find(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (PretrainingData data : values()) {
            if (lower.contains(data.tag)) {
                return Optional.of(data);
            }
        }
        return HASHES.entrySet().stream()
                .filter(hash -> lower.contains("-" + hash.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
