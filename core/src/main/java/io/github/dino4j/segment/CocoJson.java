package io.github.dino4j.segment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.export.Atomically;
import io.github.dino4j.predict.ClassList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The fields of COCO's result files that all results share. */
final class CocoJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CocoJson() {}

    static ObjectNode photo(int width, int height, ClassList classes) {
        return JSON.createObjectNode().put("width", width).put("height", height).put("classes", classes.name());
    }

    static ObjectNode segment(int category, ClassList classes, Rle mask, PixelBox box, double score) {
        ObjectNode json = JSON.createObjectNode();
        json.put("category_id", category);
        json.put("category", classes.nameOf(category));
        ObjectNode rle = json.putObject("segmentation");
        rle.putArray("size").add(mask.height()).add(mask.width());
        rle.put("counts", mask.encoded());
        json.put("area", mask.area());
        putBox(json, box);
        return json.put("score", score);
    }

    static void putBox(ObjectNode json, PixelBox box) {
        json.putArray("bbox").add(box.x()).add(box.y()).add(box.width()).add(box.height());
    }

    static void write(Path file, JsonNode json) throws IOException {
        Atomically.write(file, temporary -> Files.write(temporary, JSON.writeValueAsBytes(json)));
    }
}
