package io.github.dino4j.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.detect.Detection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Detections as COCO's result files hold them: a list of {@code image_id}, {@code category_id}, {@code bbox}, {@code score}. */
public final class CocoResults {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CocoResults() {}

    /**
     * Reads a result file.
     *
     * @param truth whose numbers of images and categories it uses
     * @return detections by image, in the order of the file
     * @throws DataSetException if it is no list; naming every row with an unknown image or category, a box that is none, or a score
     *     that is no number in 0..1
     */
    public static Map<Long, List<Detection>> read(Path json, CocoAnnotations truth) {
        JsonNode root;
        try {
            root = JSON.readTree(Lines.text(json));
        } catch (JsonProcessingException e) {
            throw new DataSetException(json + ": is no JSON: " + e.getOriginalMessage(), List.of());
        }
        if (!root.isArray()) {
            throw new DataSetException(
                    json
                            + ": is no list; COCO's result files are [{\"image_id\": 1, \"category_id\": 1, \"bbox\": [left, top,"
                            + " width, height], \"score\": 0.9}, ...], as 'dino4j detect --coco' writes them.",
                    List.of());
        }
        Map<Long, List<Detection>> found = new HashMap<>();
        List<BadFile> bad = new ArrayList<>();
        for (int i = 0; i < root.size(); i++) {
            try {
                JsonNode row = root.get(i);
                long image = row.path("image_id").asLong(Long.MIN_VALUE);
                if (!truth.images().containsKey(image)) {
                    throw new IllegalArgumentException(
                            "image " + row.path("image_id").asText() + " is not among the images of the annotations");
                }
                found.computeIfAbsent(image, id -> new ArrayList<>()).add(detection(row, truth));
            } catch (IllegalArgumentException e) {
                bad.add(new BadFile(json, json + ": row " + (i + 1) + ": " + e.getMessage()));
            }
        }
        if (!bad.isEmpty()) {
            throw new DataSetException(json + ": " + bad.size() + " of " + root.size() + " rows cannot be used:", bad);
        }
        return found;
    }

    private static Detection detection(JsonNode row, CocoAnnotations truth) {
        Integer category = truth.categories().get(row.path("category_id").asLong(Long.MIN_VALUE));
        if (category == null) {
            throw new IllegalArgumentException(
                    "category " + row.path("category_id").asText() + " is not among the categories of the annotations");
        }
        JsonNode score = row.path("score");
        if (!score.isNumber()) {
            throw new IllegalArgumentException("'score' is " + score + ", wanted is a number in 0..1");
        }
        return new Detection(CocoAnnotations.box(row), category, (float) score.asDouble());
    }
}
