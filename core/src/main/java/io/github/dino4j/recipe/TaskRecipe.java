package io.github.dino4j.recipe;

import io.github.dino4j.data.Split;
import io.github.dino4j.train.TrainingTask;

/** What a recipe's {@code task} can be. A new one is a class like {@link SegmentationRecipe} and a line in {@link Assembly}. */
interface TaskRecipe {
    /** What it trains with where the recipe does not say. */
    PlanRecipe.Defaults defaults(Section top);

    /** The photos and what is known of them. */
    Split split(Section data, long seed);

    /** Whether its examples can come with depth for a backbone that reads it. */
    default boolean readsDepth() {
        return false;
    }

    /** Whether it can use features that were computed once, of a backbone that stays frozen. */
    default boolean keepsFeatures() {
        return true;
    }

    /** Reads its sections and makes the task. */
    TrainingTask<?> task(Parts parts);
}
