package io.github.dino4j.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Sentences into which the names of classes are put (CLIP, arXiv:2103.00020, section 3.1.4): the mean over many sentences
 * says better what a class looks like than its bare name.
 *
 * @param texts each with {@code {}} where the name stands
 */
public record PromptTemplates(List<String> texts) {
    private static final String PLACE = "{}";

    /** The name in one plain sentence. */
    public static final PromptTemplates ONE = new PromptTemplates(List.of("a photo of a {}."));

    /** The bare name. */
    public static final PromptTemplates NAME = new PromptTemplates(List.of(PLACE));

    public PromptTemplates {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("at least one template is needed, such as 'a photo of a {}.'");
        }
        for (String text : texts) {
            if (!text.contains(PLACE)) {
                throw new IllegalArgumentException(
                        "the template '" + text + "' has no {} where the name of a class would stand");
            }
        }
    }

    /** An ensemble of our own: light, distance, quality and kind of picture vary. */
    public static PromptTemplates ensemble() {
        try (InputStream in = PromptTemplates.class.getResourceAsStream("templates.txt")) {
            if (in == null) {
                throw new IllegalStateException("templates.txt is missing beside " + PromptTemplates.class);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new PromptTemplates(text.lines().toList());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * Reads a text file with one template a line; empty lines and lines that begin with # are passed over.
     *
     * @throws IllegalArgumentException if it cannot be read, holds none, or a line has no place for the name
     */
    public static PromptTemplates read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
            return new PromptTemplates(lines);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file. Check the path.", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read as UTF-8 text: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** The sentences of a class. */
    public List<String> of(String name) {
        return texts.stream().map(text -> text.replace(PLACE, name)).toList();
    }
}
