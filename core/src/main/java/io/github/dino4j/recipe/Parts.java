package io.github.dino4j.recipe;

import io.github.dino4j.data.Split;
import io.github.dino4j.predict.Model;
import io.github.dino4j.train.FeatureCache;
import io.github.dino4j.train.LearningBackbone;
import java.util.List;
import java.util.Optional;

/**
 * What a task is put together from.
 *
 * @param top of the recipe
 * @param model in memory
 * @param backbone what learns of it
 * @param keep how features of a frozen backbone are kept, if the recipe does not forbid it
 * @param owned what ends with the assembly, the last one first
 */
record Parts(
        Section top,
        Model model,
        LearningBackbone backbone,
        Split split,
        long seed,
        Optional<FeatureCaching> keep,
        List<AutoCloseable> owned) {
    /** Why features of a changing photo are not kept. */
    static final String RANDOM = "the augmentation is random, and each epoch has features of its own";

    /** Notes something that shall end with the assembly; returns it. */
    <T extends AutoCloseable> T alsoClose(T other) {
        owned.add(other);
        return other;
    }

    /** Where features are kept: if nothing random precedes a frozen backbone. */
    Optional<FeatureCache> cache(boolean random) {
        Optional<String> learns = backbone.isFrozen() ? Optional.empty() : Optional.of("the backbone learns");
        return cacheUnless(random ? Optional.of(RANDOM) : learns);
    }

    /**
     * Where features are kept, if nothing forbids it.
     *
     * @param obstacle why features cannot be computed once, for the message
     * @throws RecipeException if there is one, and the recipe says that features shall be kept
     */
    Optional<FeatureCache> cacheUnless(Optional<String> obstacle) {
        if (obstacle.isEmpty()) {
            return keep.map(how -> how.open(owned));
        }
        Section features = top.section("features");
        if (features.flag("keep", false)) {
            features.without(obstacle.get(), "keep");
        }
        features.without(obstacle.get() + "; no features are kept", "half", "memory_mb");
        return Optional.empty();
    }
}
