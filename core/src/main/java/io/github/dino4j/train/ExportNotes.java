package io.github.dino4j.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.export.Library;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the files of a run say about it in their metadata. */
final class ExportNotes {
    private ExportNotes() {}

    /** Texts that go with a file to other machines: of absolute paths only the last name, since the rest is nobody's business. */
    static Map<String, String> portable(Map<String, String> texts) {
        Map<String, String> portable = new LinkedHashMap<>();
        texts.forEach((name, text) -> {
            boolean line = text.indexOf('\n') < 0 && !text.isBlank();
            portable.put(name, line ? lastName(text) : text);
        });
        return portable;
    }

    private static String lastName(String text) {
        try {
            Path path = Path.of(text);
            return path.isAbsolute() && path.getFileName() != null
                    ? path.getFileName().toString()
                    : text;
        } catch (InvalidPathException e) {
            return text;
        }
    }

    /**
     * Texts by name.
     *
     * @param iteration updates done, where no evaluation is shown
     * @param shown the evaluation after which the weights were as the file holds them
     */
    static Map<String, String> of(
            String title, Map<String, String> about, long iteration, Progress.@Nullable Kept shown) {
        Map<String, String> notes = portable(about);
        notes.put("task", title);
        notes.put("library", Library.title());
        notes.put("iterations", String.valueOf(shown == null ? iteration : shown.iteration()));
        if (shown != null) {
            try {
                notes.put(
                        "scores",
                        new ObjectMapper().writeValueAsString(shown.scores().values()));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("scores cannot be written as JSON", e);
            }
        }
        return notes;
    }
}
