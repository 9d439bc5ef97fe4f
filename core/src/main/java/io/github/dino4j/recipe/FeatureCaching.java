package io.github.dino4j.recipe;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.train.FeatureCache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code features} of a recipe: how features of a frozen backbone are kept.
 *
 * @param memory bytes to keep in memory; the rest goes into a temporary file
 * @param half as float16
 */
record FeatureCaching(long memory, boolean half) {
    /** Reads the section; empty if it forbids to keep features. */
    static Optional<FeatureCaching> read(Section s) {
        boolean keep = s.flag("keep", true);
        if (!keep) {
            s.without("'" + s.name("keep") + "' is false, and nothing is kept", "half", "memory_mb");
        }
        boolean half = s.flag("half", false);
        long memory = (long) s.atLeast("memory_mb", 0, 1024) << 20;
        return keep ? Optional.of(new FeatureCaching(memory, half)) : Optional.empty();
    }

    /** A cache. It and its file, which is there whether needed or not, are added to what is closed, the last one first. */
    FeatureCache open(List<AutoCloseable> owned) {
        try {
            Path file = Files.createTempFile("dino4j-features", ".bin");
            owned.add(() -> Files.deleteIfExists(file));
            FeatureCache cache = new FeatureCache(new FeatureCache.Options(memory, half ? DType.F16 : DType.F32, file));
            owned.add(cache);
            return cache;
        } catch (IOException e) {
            throw new UncheckedIOException("no file for features can be made in the system's temporary folder", e);
        }
    }
}
