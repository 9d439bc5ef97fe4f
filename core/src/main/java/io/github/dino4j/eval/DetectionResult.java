package io.github.dino4j.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.detect.CocoMetrics;
import io.github.dino4j.predict.ClassList;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well objects were found, and under which circumstances.
 *
 * @param metrics belongs to the result: nothing is added to it any more
 */
public record DetectionResult(LocalDate date, Evaluated data, Setup setup, CocoMetrics metrics) {

    /**
     * {@code task}, {@code library}, {@code date}, {@code data}, {@code protocol}, {@code setup} and {@code metrics}: COCO's twelve
     * figures, then AP and AP50 of each class that has objects. A value that does not exist is null.
     */
    public ObjectNode toJson() {
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("iou", "0.50 to 0.95 by 0.05; recalls 0 to 1 by 0.01");
        protocol.put("areas", "small to 32², medium to 96², large above; of the outline where the file has one");
        protocol.put("most_a_class_and_image", List.of(1, 10, CocoMetrics.MOST));
        protocol.put("crowds", "neither right nor wrong");
        protocol.put("classes", metrics.classes().names());
        Map<String, Object> values = new LinkedHashMap<>();
        metrics.summary().toMap().forEach((name, value) -> values.put(name, orNull(value)));
        Map<String, Object> each = new LinkedHashMap<>();
        ClassList classes = metrics.classes();
        for (int k = 0; k < classes.size(); k++) {
            if (!Double.isNaN(metrics.ap(k))) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("AP", metrics.ap(k));
                one.put("AP50", metrics.ap50(k));
                each.put(classes.nameOf(k), one);
            }
        }
        values.put("classes", each);
        return ResultJson.of("detection", date, data, protocol, setup, ResultJson.tree(values));
    }

    private static @org.jspecify.annotations.Nullable Object orNull(double value) {
        return Double.isNaN(value) ? null : (Object) value;
    }

    /** Writes {@link #toJson()}; the file is there whole or not at all. */
    public void writeJson(Path file) throws IOException {
        ResultJson.write(file, toJson());
    }

    /** The data set, COCO's twelve figures and those of each class, in percent. */
    public String table() {
        return ResultJson.heading(data, List.of()) + metrics.table();
    }
}
