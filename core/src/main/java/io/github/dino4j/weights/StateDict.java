package io.github.dino4j.weights;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Tensors by name, in the order of their file. Immutable and thread-safe. */
public final class StateDict {
    private static final StateDict EMPTY = new StateDict(Map.of());

    private final Map<String, StoredTensor> tensors;

    private StateDict(Map<String, ? extends StoredTensor> tensors) {
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    public static StateDict of(Map<String, ? extends StoredTensor> tensors) {
        return new StateDict(tensors);
    }

    public static StateDict empty() {
        return EMPTY;
    }

    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** The tensor called {@code name}; throws {@link CheckpointException} with the names that are there. */
    public StoredTensor get(String name) {
        return find(name)
                .orElseThrow(() -> new CheckpointException(
                        "no tensor '" + name + "' among " + size() + " tensors: " + firstNames(8)));
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** The names in order. */
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    /** The tensors in order; unmodifiable. */
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    public int size() {
        return tensors.size();
    }

    public boolean isEmpty() {
        return tensors.isEmpty();
    }

    /** Bytes of all values as they are stored. */
    public long bytes() {
        return tensors.values().stream().mapToLong(StoredTensor::bytes).sum();
    }

    /** Those tensors whose name passes. */
    public StateDict select(Predicate<String> names) {
        Map<String, StoredTensor> selected = new LinkedHashMap<>(tensors);
        selected.keySet().removeIf(names.negate());
        return new StateDict(selected);
    }

    /** Those tensors whose name begins with {@code prefix}, without it. */
    public StateDict under(String prefix) {
        Map<String, StoredTensor> inside = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                inside.put(name.substring(prefix.length()), tensor);
            }
        });
        return new StateDict(inside);
    }

    /** A few names for a message: "'a', 'b', 'c' and 9 more". */
    String firstNames(int count) {
        return quoted(names(), count);
    }

    static String quoted(List<String> names, int count) {
        if (names.isEmpty()) {
            return "none";
        }
        List<String> shown = new ArrayList<>();
        names.stream().limit(count).forEach(name -> shown.add("'" + name + "'"));
        String text = String.join(", ", shown);
        return names.size() > count ? text + " and " + (names.size() - count) + " more" : text;
    }

    @Override
    public String toString() {
        return "StateDict of " + size() + " tensors: " + firstNames(8);
    }
}
