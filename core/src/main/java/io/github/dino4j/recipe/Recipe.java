package io.github.dino4j.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a training run shall be, as a YAML file says it, with changes from the command line. Immutable. Keys are checked when
 * a section is read to its end.
 */
public final class Recipe {
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build());

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String source;
    private final ObjectNode root;
    private final Path base;

    private Recipe(String source, ObjectNode root, Path base) {
        this.source = source;
        this.root = root;
        this.base = base;
    }

    /**
     * Reads a file.
     *
     * @throws RecipeException if it is not there, or no YAML; with the line
     */
    public static Recipe read(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            return parse(file.toString(), Files.readString(file), folder == null ? Path.of("") : folder);
        } catch (NoSuchFileException e) {
            throw new RecipeException(
                    file
                            + ": no such recipe. A commented one to begin with: dino4j train --init segmentation > my.yaml",
                    e);
        } catch (IOException e) {
            throw new RecipeException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a text.
     *
     * @param source for messages
     * @param base that relative paths begin at
     */
    public static Recipe parse(String source, String yaml, Path base) {
        JsonNode node;
        try {
            node = YAML.readTree(yaml);
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : ", line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new RecipeException(source + place + ": no YAML: " + firstLine(e.getOriginalMessage()), e);
        }
        if (!(node instanceof ObjectNode root)) {
            throw new RecipeException(source + ": a recipe consists of lines 'key: value', this file does not."
                    + " A commented one: dino4j train --init segmentation");
        }
        return new Recipe(source, root, base);
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse(message);
    }

    /**
     * The recipe of a run, out of its folder: with the changes that it was begun with, and paths as they were then.
     *
     * @throws RecipeException if the folder holds no run, or one that no recipe began
     */
    public static Recipe ofRun(Path folder) {
        Path file = folder.resolve("run.json");
        if (!Files.isRegularFile(file)) {
            throw new RecipeException(
                    folder + ": holds no training run (there is no run.json); begin one with dino4j train");
        }
        try {
            JsonNode about = JSON.readTree(file.toFile()).path("about");
            if (!about.hasNonNull("recipe")) {
                throw new RecipeException(
                        folder + ": its run was begun by a program, not by a recipe; resume it there");
            }
            Path base = Path.of(about.path("recipe folder").asText(""));
            return parse(
                    about.path("recipe file").asText(), about.path("recipe").asText(), base);
        } catch (IOException e) {
            throw new RecipeException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The same with one value changed.
     *
     * @param key with dots between levels: {@code training.epochs}
     * @param value as it would stand in the file
     */
    public Recipe with(String key, String value) {
        ObjectNode copy = root.deepCopy();
        ObjectNode level = copy;
        List<String> names = List.of(key.split("\\.", -1));
        if (names.stream().anyMatch(String::isBlank)) {
            throw new RecipeException("'" + key + "=" + value + "' does not name a key; write training.epochs=5");
        }
        for (String name : names.subList(0, names.size() - 1)) {
            JsonNode next = level.path(name);
            level = next instanceof ObjectNode section ? section : level.putObject(name);
        }
        try {
            JsonNode read = YAML.readTree(value);
            if (read.isMissingNode()) {
                throw new RecipeException("'" + key + "=' gives no value; write " + key + "=null to take the key out");
            }
            level.set(names.get(names.size() - 1), read);
        } catch (JsonProcessingException e) {
            throw new RecipeException(
                    "'" + key + "=" + value + "': no YAML value: " + firstLine(e.getOriginalMessage()), e);
        }
        return new Recipe(source, copy, base);
    }

    /** The same with changes written {@code key=value}. */
    public Recipe with(List<String> changes) {
        Recipe recipe = this;
        for (String change : changes) {
            int equals = change.indexOf('=');
            if (equals < 1) {
                throw new RecipeException("'" + change + "' is no change; write key=value, such as training.epochs=5");
            }
            recipe = recipe.with(change.substring(0, equals), change.substring(equals + 1));
        }
        return recipe;
    }

    /** The top of the recipe, to be read. */
    public Section open() {
        return new Section("", root, base);
    }

    /** The file that it was read from. */
    public String source() {
        return source;
    }

    /** The folder that relative paths begin at. */
    public Path base() {
        return base;
    }

    /** Which value a key has, changes included. */
    public Optional<String> value(String key) {
        JsonNode node = root.at("/" + key.replace('.', '/'));
        return node.isValueNode() && !node.isNull() ? Optional.of(node.asText()) : Optional.empty();
    }

    /** A section in one line, for comparisons; empty if the recipe has none. */
    String part(String key) {
        JsonNode node = root.path(key);
        return node.isMissingNode() ? "" : node.toString();
    }

    /** As YAML, with all changes and without comments: what a run's folder keeps. */
    public String yaml() {
        try {
            return YAML.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "Recipe[" + source + "]";
    }
}
