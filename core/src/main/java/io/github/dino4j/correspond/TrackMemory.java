package io.github.dino4j.correspond;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The frames that vote on the next one: the first, always, and the last few with what was said of them, oldest first. */
final class TrackMemory {
    private final LabelPropagation propagation;
    private final int most;
    private final LabelPropagation.Context first;
    private final Deque<LabelPropagation.Context> previous = new ArrayDeque<>();

    TrackMemory(LabelPropagation propagation, int most, Patches patches, float[][] soft) {
        this.propagation = propagation;
        this.most = most;
        this.first = new LabelPropagation.Context(patches, soft);
    }

    /** Soft labels [M][h * w] of the next frame, which joins those that vote as they are, not decided. */
    float[][] advance(Patches patches) {
        List<LabelPropagation.Context> context = new ArrayList<>(List.of(first));
        context.addAll(previous);
        float[][] soft = propagation.propagate(patches, context);
        if (previous.size() == most) {
            previous.poll();
        }
        if (most > 0) {
            previous.add(new LabelPropagation.Context(patches, soft));
        }
        return soft;
    }
}
