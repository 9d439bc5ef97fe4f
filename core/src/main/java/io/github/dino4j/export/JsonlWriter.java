package io.github.dino4j.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * JSON lines: one object an image with {@code path}, {@code model}, {@code kind}, {@code grid} and {@code embedding}, or
 * {@code patches} (row by row, dim values each) where dense.
 */
record JsonlWriter() implements FeatureWriter {
    private static final JsonFactory JSON = new ObjectMapper().getFactory();

    @Override
    public void write(Path file, FeatureTable table) throws IOException {
        Atomically.write(file, temporary -> {
            try (Writer out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
                for (FeatureTable.Row row : table.rows()) {
                    line(out, table, row);
                }
            }
        });
    }

    private static void line(Writer out, FeatureTable table, FeatureTable.Row row) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
            json.writeStartObject();
            json.writeStringField("path", row.image());
            json.writeStringField("model", table.source().model());
            json.writeStringField("kind", table.source().kind().toString());
            json.writeArrayFieldStart("grid");
            json.writeNumber(row.height());
            json.writeNumber(row.width());
            json.writeEndArray();
            json.writeArrayFieldStart(table.dense() ? "patches" : "embedding");
            for (float value : table.tensor(row).toFloats()) {
                json.writeNumber(value);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
    }
}
