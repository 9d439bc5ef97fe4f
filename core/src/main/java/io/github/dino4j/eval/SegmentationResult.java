package io.github.dino4j.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.SegmentMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well a predictor segments a data set, and under which circumstances: a number without them says little.
 *
 * @param metrics belongs to the result: nothing is added to it any more
 */
public record SegmentationResult(LocalDate date, Evaluated data, Setup setup, SegmentMetrics metrics) {

    /**
     * {@code task}, {@code library}, {@code date}, {@code data}, {@code protocol}, {@code setup} and {@code metrics}. Two
     * runs of the same thing differ in nothing but the date.
     */
    public ObjectNode toJson() {
        ClassList classes = metrics.classes();
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("classes", classes.name());
        protocol.put("names", classes.names());
        protocol.put(
                "ignored_label",
                classes.ignored().isPresent() ? (Object) classes.ignored().getAsInt() : "none");
        protocol.put("zero_is_unlabelled", classes.zeroIsUnlabelled());
        protocol.put("compared_at", "the photo's own size");
        protocol.put("averaging", "areas summed over all images, then divided; mean over the classes that occur");
        return ResultJson.of("segmentation", date, data, protocol, setup, metrics.toJson());
    }

    /** Writes {@link #toJson()}; the file is there whole or not at all. */
    public void writeJson(Path file) throws IOException {
        ResultJson.write(file, toJson());
    }

    /** The data set, then the metrics of each class and their means in percent. */
    public String table() {
        return ResultJson.heading(data, List.of()) + metrics.table();
    }
}
