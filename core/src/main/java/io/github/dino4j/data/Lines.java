package io.github.dino4j.data;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Text files of a data set. */
final class Lines {
    private Lines() {}

    /** The whole text, without the mark that some editors put before it. */
    static String text(Path file) {
        try {
            String text = Files.readString(file);
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (NoSuchFileException e) {
            throw new DataSetException(file + ": no such file. Check the path.", List.of());
        } catch (MalformedInputException e) {
            throw new DataSetException(file + ": is no UTF-8 text", List.of());
        } catch (IOException e) {
            throw new DataSetException(file + ": cannot be read: " + e.getMessage(), List.of());
        }
    }

    /** Lines that are neither empty nor begin with {@code #}, stripped. */
    static List<String> of(Path file) {
        return text(file)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }
}
