package io.github.dino4j.augment;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Changes one after the other. */
public record Chain(List<Change> changes) implements Change {
    public Chain {
        changes = List.copyOf(changes);
    }

    public static Chain of(Change... changes) {
        return new Chain(List.of(changes));
    }

    /** This chain, and then another change. */
    public Chain then(Change next) {
        return of(this, next);
    }

    @Override
    public Scene apply(Scene scene, RandomGenerator random) {
        Scene changed = scene;
        for (Change change : changes) {
            changed = change.apply(changed, random);
        }
        return changed;
    }

    @Override
    public String describe() {
        return changes.isEmpty()
                ? "unchanged"
                : changes.stream().map(Change::describe).collect(Collectors.joining("; "));
    }
}
