package io.github.dino4j.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.data.BadFile;
import io.github.dino4j.export.Atomically;
import io.github.dino4j.export.Library;
import io.github.dino4j.export.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** The JSON that results of every task share: what was evaluated comes before the numbers. */
final class ResultJson {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ResultJson() {}

    static ObjectNode of(
            String task, LocalDate date, Evaluated data, Map<String, Object> protocol, Setup setup, JsonNode metrics) {
        ObjectNode json = JSON.createObjectNode();
        json.put("task", task);
        json.put("library", Library.title());
        json.put("date", date.toString());
        ObjectNode set = json.putObject("data");
        set.put("name", data.name());
        set.put("images", data.images());
        set.put("skipped", data.skipped().size());
        set.set(
                "unreadable",
                JSON.valueToTree(data.skipped().stream().map(BadFile::reason).toList()));
        json.set("protocol", JSON.valueToTree(protocol));
        json.set("setup", JSON.valueToTree(setup.values()));
        json.set("metrics", metrics);
        return json;
    }

    static JsonNode tree(Object value) {
        return JSON.valueToTree(value);
    }

    static void write(Path file, ObjectNode json) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(json);
        try {
            Atomically.write(file, temporary -> Files.write(temporary, bytes));
        } catch (IOException e) {
            throw new IOException(
                    file + ": cannot be written: " + Reason.of(e) + ". Choose another folder, or make room there.", e);
        }
    }

    /** First line of a table. */
    static String heading(Evaluated data, List<String> more) {
        String skipped = data.skipped().isEmpty() ? "" : ", " + data.skipped().size() + " unreadable skipped";
        return data.name() + ": " + data.images() + (data.images() == 1 ? " image" : " images") + skipped + "\n"
                + String.join("\n", more) + (more.isEmpty() ? "" : "\n");
    }
}
