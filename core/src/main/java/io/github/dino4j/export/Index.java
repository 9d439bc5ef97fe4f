package io.github.dino4j.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code <file>.json} beside a format that has no place for names: model, kind, transform, and the image of each row. */
final class Index {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Index() {}

    static Path of(Path file) {
        return file.resolveSibling(file.getFileName() + ".json");
    }

    static void write(Path file, FeatureTable table) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        table.source().toMap().forEach(root::put);
        root.put("dim", table.source().dim());
        ArrayNode images = root.putArray("images");
        for (FeatureTable.Row row : table.rows()) {
            ObjectNode image = images.addObject().put("path", row.image());
            image.putArray("grid").add(row.height()).add(row.width());
        }
        byte[] bytes = JSON.writeValueAsBytes(root);
        Atomically.write(of(file), temporary -> Files.write(temporary, bytes));
    }
}
