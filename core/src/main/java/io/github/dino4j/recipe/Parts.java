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
    /** Notes something that shall end with the assembly; returns it. */
    <T extends AutoCloseable> T alsoClose(T other) {
        owned.add(other);
        return other;
    }

    /** Where features are kept: if nothing random precedes a frozen backbone. */
    Optional<FeatureCache> cache(boolean random) {
        return backbone.isFrozen() ? cacheOfTeacher(random) : Optional.empty();
    }

    /** Where features of a backbone that never learns are kept: if nothing random precedes it. */
    Optional<FeatureCache> cacheOfTeacher(boolean random) {
        return random ? Optional.empty() : keep.map(how -> how.open(owned));
    }
}
