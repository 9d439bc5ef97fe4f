package io.github.dino4j.weights;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Refuses a tree that contains itself or is nested so deep that a recursive reader would overflow its stack. Walks
 * without recursion and looks at every container once, so that a container shared many times costs nothing.
 */
final class PickleDepth {
    private static final int MAX_DEPTH = 200;

    /** Deepest nesting below a container; OPEN while the walk is inside of it. */
    private final IdentityHashMap<Object, Integer> heights = new IdentityHashMap<>();

    private static final int OPEN = -1;

    private final Deque<Visit> path = new ArrayDeque<>();
    private final Path file;

    private static final class Visit {
        final Object container;
        final Iterator<?> children;
        int height;

        Visit(Object container) {
            this.container = container;
            children = children(container).iterator();
        }
    }

    private PickleDepth(Path file) {
        this.file = file;
    }

    static Object check(Object root, Path file) {
        new PickleDepth(file).walk(root);
        return root;
    }

    private void walk(Object root) {
        enter(root);
        while (!path.isEmpty()) {
            Visit visit = path.element();
            if (visit.children.hasNext()) {
                Object child = visit.children.next();
                Integer known = heights.get(child);
                if (known == null) {
                    enter(child);
                } else if (known == OPEN) {
                    throw bad("contains itself");
                } else {
                    raise(visit, known + 1);
                }
            } else {
                path.pop();
                heights.put(visit.container, visit.height);
                if (!path.isEmpty()) {
                    raise(path.element(), visit.height + 1);
                }
            }
        }
    }

    private void enter(Object value) {
        if (value instanceof Map<?, ?> || value instanceof List<?>) {
            if (path.size() >= MAX_DEPTH) {
                throw bad("is nested more than " + MAX_DEPTH + " deep");
            }
            heights.put(value, OPEN);
            path.push(new Visit(value));
        }
    }

    private void raise(Visit visit, int height) {
        visit.height = Math.max(visit.height, height);
        if (visit.height > MAX_DEPTH) {
            throw bad("is nested more than " + MAX_DEPTH + " deep");
        }
    }

    private static Collection<?> children(Object container) {
        return container instanceof Map<?, ?> map ? map.values() : (List<?>) container;
    }

    private CheckpointException bad(String what) {
        return new CheckpointException(file + ": the data in the pickle " + what
                + ", which no file of tensors needs. Re-save it with torch.save(model.state_dict(), ...) or as"
                + " .safetensors.");
    }
}
