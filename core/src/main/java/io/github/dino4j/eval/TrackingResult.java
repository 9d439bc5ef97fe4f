package io.github.dino4j.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.correspond.TrackingMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well objects were followed, and under which circumstances.
 *
 * @param frames of all videos
 * @param metrics belongs to the result: nothing is added to it any more
 */
public record TrackingResult(
        LocalDate date, String name, int videos, int frames, Setup setup, TrackingMetrics metrics) {

    /**
     * {@code task}, {@code library}, {@code date}, {@code data}, {@code protocol}, {@code setup} and {@code metrics}: J&amp;F,
     * J and F with mean, recall and decay, then each object. Two runs of the same thing differ in nothing but the date.
     */
    public ObjectNode toJson() {
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("given", "the mask of the first frame");
        protocol.put("not_counted", "the first and the last frame, frames without a mask");
        protocol.put("contour_tolerance", "0.008 of the diagonal, rounded up");
        protocol.put("averaging", "frames of an object, then objects of all videos");
        protocol.put("compared_at", "the frame's own size");
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("J&F", metrics.both());
        values.put("J", measure(metrics.region()));
        values.put("F", measure(metrics.contour()));
        Map<String, Object> objects = new LinkedHashMap<>();
        for (TrackingMetrics.OfObject one : metrics.perObject()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("frames", one.frames());
            object.put("J", measure(one.region()));
            object.put("F", measure(one.contour()));
            objects.put(one.name(), object);
        }
        values.put("objects", objects);
        ObjectNode json = ResultJson.of(
                "tracking", date, new Evaluated(name, frames, List.of()), protocol, setup, ResultJson.tree(values));
        ((ObjectNode) json.get("data")).put("videos", videos);
        return json;
    }

    private static Map<String, Object> measure(TrackingMetrics.Measure measure) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("mean", measure.mean());
        map.put("recall", measure.recall());
        map.put("decay", measure.decay());
        return map;
    }

    /** Writes {@link #toJson()}; the file is there whole or not at all. */
    public void writeJson(Path file) throws IOException {
        ResultJson.write(file, toJson());
    }

    /** The data set, then J and F of each object and their means in percent. */
    public String table() {
        return ResultJson.heading(new Evaluated(name, frames, List.of()), List.of()) + metrics.table();
    }
}
