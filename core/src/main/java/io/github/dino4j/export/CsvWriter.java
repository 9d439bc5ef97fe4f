package io.github.dino4j.export;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** CSV (RFC 4180) with a header: {@code path,f0,f1,...}. Model and transform stand in {@code <file>.json}. */
record CsvWriter() implements FeatureWriter {
    @Override
    public void check(FeatureKind kind) {
        if (kind == FeatureKind.DENSE) {
            throw new IllegalArgumentException(
                    "dense features are no table of rows; write .safetensors, .npy or .jsonl instead of .csv");
        }
    }

    @Override
    public void write(Path file, FeatureTable table) throws IOException {
        Atomically.write(file, temporary -> {
            try (Writer out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
                out.write("path");
                for (int i = 0; i < table.source().dim(); i++) {
                    out.write(",f" + i);
                }
                out.write("\r\n");
                for (FeatureTable.Row row : table.rows()) {
                    out.write(quoted(row.image()));
                    for (float value : table.tensor(row).toFloats()) {
                        out.write("," + value);
                    }
                    out.write("\r\n");
                }
            }
        });
        Index.write(file, table); // last: if the values could not be written, the old pair stays as it is
    }

    private static String quoted(String text) {
        return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + text.replace("\"", "\"\"") + '"'
                : text;
    }
}
