package io.github.dino4j.retrieve;

import java.util.Set;

/**
 * What a query ought to find.
 *
 * @param positives images that show the same, by number
 * @param junk images that do not count, neither for nor against: they are taken out of the ranking
 */
public record RankedTruth(Set<Integer> positives, Set<Integer> junk) {
    public RankedTruth {
        positives = Set.copyOf(positives);
        junk = Set.copyOf(junk);
        for (int image : positives) {
            if (junk.contains(image)) {
                throw new IllegalArgumentException("image " + image + " is a positive and junk at once");
            }
        }
    }
}
