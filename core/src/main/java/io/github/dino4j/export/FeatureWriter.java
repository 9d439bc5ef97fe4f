package io.github.dino4j.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A file format of features. A file is written whole or not at all. */
public sealed interface FeatureWriter permits NpyWriter, SafetensorsFeatureWriter, JsonlWriter, CsvWriter {
    /** Endings of the formats, the first choice first. */
    List<String> ENDINGS = List.of(".npy", ".safetensors", ".jsonl", ".csv");

    /** The format of a file's ending. */
    static FeatureWriter of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npy")) {
            return new NpyWriter();
        } else if (name.endsWith(".safetensors")) {
            return new SafetensorsFeatureWriter();
        } else if (name.endsWith(".jsonl")) {
            return new JsonlWriter();
        } else if (name.endsWith(".csv")) {
            return new CsvWriter();
        }
        throw new IllegalArgumentException("'" + file + "': the ending tells the format, and it is none of "
                + String.join(", ", ENDINGS) + ". Name the file so.");
    }

    /** Refuses a kind that the format has no place for, before any work is done. */
    default void check(FeatureKind kind) {}

    /**
     * Refuses features that the format has no place for; asked again as they come.
     *
     * @throws IllegalArgumentException naming what does not fit and the way out
     */
    default void check(FeatureTable table) {}

    /** Writes the file; what it replaces stays as it is if anything fails. */
    void write(Path file, FeatureTable table) throws IOException;
}
