package io.github.dino4j.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/**
 * Keys of one level of a recipe, read one by one. Whoever reads a section says {@link #finish()} at the end: a key that
 * nobody asked for is then an error. Used by one thread.
 */
public final class Section {
    private final String path;
    private final JsonNode node;
    private Path base;
    private final Set<String> known = new LinkedHashSet<>();
    private final Map<String, Section> sections = new LinkedHashMap<>();

    Section(String path, JsonNode node, Path base) {
        this.path = path;
        this.node = node;
        this.base = base;
    }

    /** Lets relative paths of this section, and of those in it, begin at another folder; to be said before they are read. */
    void startFrom(Path folder) {
        base = folder;
    }

    /** Whether the recipe has anything here. */
    public boolean isGiven() {
        return !node.isEmpty();
    }

    /** Whether the recipe has this key. */
    public boolean has(String key) {
        known.add(key);
        return node.hasNonNull(key);
    }

    /**
     * Refuses keys that would change nothing.
     *
     * @param why the end of the message, such as "the schedule is constant"
     */
    void without(String why, String... keys) {
        for (String key : keys) {
            if (has(key)) {
                throw new RecipeException("'" + name(key) + "' has no effect: " + why + "; take the line out");
            }
        }
    }

    /** Full name of a key of this section, for messages: {@code training.optimizer.rate}. */
    public String name(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** The section under a key; without values if the recipe has none. */
    public Section section(String key) {
        known.add(key);
        return sections.computeIfAbsent(key, k -> {
            JsonNode child = node.path(key);
            if (!child.isMissingNode() && !child.isNull() && !child.isObject()) {
                throw wrong(key, "a section with keys of its own");
            }
            return new Section(name(key), child.isObject() ? child : JsonNodeFactory.instance.objectNode(), base);
        });
    }

    public Optional<String> text(String key) {
        return value(key).map(JsonNode::asText);
    }

    public String text(String key, String otherwise) {
        return text(key).orElse(otherwise);
    }

    /**
     * A text that must be there.
     *
     * @param example for the message
     */
    public String required(String key, String example) {
        return text(key)
                .orElseThrow(
                        () -> new RecipeException("'" + name(key) + "' is missing from the recipe; write for example '"
                                + key + ": " + example + "'" + (path.isEmpty() ? "" : " under '" + path + ":'")));
    }

    /** A path as this section means it: what is relative, is relative to the recipe's folder. */
    Path under(String path) {
        return base.resolve(path);
    }

    /** A file or folder; what is relative, is relative to the recipe's folder. */
    public Optional<Path> file(String key) {
        return text(key).map(base::resolve);
    }

    public Path requiredFile(String key, String example) {
        return base.resolve(required(key, example));
    }

    public int integer(String key, int otherwise) {
        return integer(key).orElse(otherwise);
    }

    public OptionalInt integer(String key) {
        Optional<JsonNode> value = value(key);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(Integer.parseInt(value.get().asText().replace("_", "")));
        } catch (NumberFormatException e) {
            throw wrong(key, "a whole number");
        }
    }

    /** A whole number from {@code least} on. */
    public int atLeast(String key, int least, int otherwise) {
        int value = integer(key, otherwise);
        if (value < least) {
            throw wrong(key, "a whole number from " + least + " on");
        }
        return value;
    }

    public double number(String key, double otherwise) {
        return number(key).orElse(otherwise);
    }

    public OptionalDouble number(String key) {
        Optional<JsonNode> value = value(key);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        try {
            double number = Double.parseDouble(value.get().asText());
            if (Double.isFinite(number)) {
                return OptionalDouble.of(number);
            }
        } catch (NumberFormatException e) {
            throw wrong(key, "a number");
        }
        throw wrong(key, "a finite number");
    }

    /** A number that is not negative. */
    public double positive(String key, double otherwise) {
        double value = number(key, otherwise);
        if (value < 0) {
            throw wrong(key, "a number from 0 on");
        }
        return value;
    }

    public boolean flag(String key, boolean otherwise) {
        Optional<String> value = text(key).map(text -> text.toLowerCase(Locale.ROOT));
        if (value.isEmpty()) {
            return otherwise;
        }
        return switch (value.get()) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw wrong(key, "true or false");
        };
    }

    /** One of the names of an enum, written small, with hyphens. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
        Map<String, E> choices = new LinkedHashMap<>();
        for (E value : type.getEnumConstants()) {
            choices.put(word(value), value);
        }
        Optional<String> text = text(key);
        return text.isEmpty() ? otherwise : pick(key, text.get(), choices);
    }

    /** One of some words. */
    public <T> T choice(String key, Map<String, T> choices, String otherwise) {
        return pick(key, text(key, otherwise), choices);
    }

    private <T> T pick(String key, String text, Map<String, T> choices) {
        T value = choices.get(text.toLowerCase(Locale.ROOT).replace('_', '-'));
        if (value == null) {
            throw new RecipeException("'" + name(key) + ": " + text + "' is not known"
                    + Spelling.nearest(text, choices.keySet())
                            .map(near -> "; did you mean '" + near + "'?")
                            .orElse(".")
                    + " Possible are " + String.join(", ", choices.keySet()) + ".");
        }
        return value;
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A list, written {@code [a, b]} or {@code a, b}; a single value is a list of one. */
    public <T> List<T> list(String key, Function<String, T> read, List<T> otherwise) {
        known.add(key);
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(item -> texts.add(item.asText()));
        } else if (value.isValueNode()) {
            for (String part : value.asText().split(",", -1)) {
                texts.add(part.strip());
            }
        } else {
            throw wrong(key, "a list");
        }
        try {
            return texts.stream().map(read).toList();
        } catch (NumberFormatException e) {
            throw wrong(key, "a list of numbers");
        }
    }

    private Optional<JsonNode> value(String key) {
        known.add(key);
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isValueNode()) {
            throw wrong(key, "one value");
        }
        return Optional.of(value);
    }

    /** What to throw where a value is of the wrong kind. */
    public RecipeException wrong(String key, String expected) {
        return new RecipeException("'" + name(key) + "' must be " + expected + ", not '" + node.path(key) + "'");
    }

    /**
     * Ends the reading of this section and of those in it.
     *
     * @throws RecipeException naming every key that nobody knows, each with the nearest right one
     */
    public void finish() {
        List<String> unknown = new ArrayList<>();
        collect(unknown);
        if (!unknown.isEmpty()) {
            throw new RecipeException(String.join("\n", unknown));
        }
    }

    /** Full names of all keys that somebody has asked for, here and in the sections of this one. */
    Set<String> asked() {
        Set<String> names = new LinkedHashSet<>();
        known.forEach(key -> names.add(name(key)));
        sections.values().forEach(section -> names.addAll(section.asked()));
        return names;
    }

    private void collect(List<String> unknown) {
        node.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                unknown.add("'" + name(key) + "' is not a key of a recipe"
                        + Spelling.nearest(key, known)
                                .map(near -> "; did you mean '" + name(near) + "'?")
                                .orElse(".")
                        + " Known " + (path.isEmpty() ? "at the top" : "under '" + path + "'") + " are "
                        + String.join(", ", known) + ".");
            }
        });
        sections.values().forEach(section -> section.collect(unknown));
    }
}
