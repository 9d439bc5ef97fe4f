package io.github.dino4j.detect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.predict.ClassList;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * COCO's 80 classes of objects (arXiv:1405.0312). Their numbers in annotation files go from 1 to 90 and leave ten out; the
 * published detectors have 91 outputs, one for each number and 0.
 */
public final class CocoClasses {
    /** Outputs of a detector that counts as the files do. */
    public static final int NUMBERS = 91;

    private static final List<Row> ROWS = read();

    private record Row(int id, String name) {}

    private CocoClasses() {}

    /** The 80 classes without gaps, in the order of their numbers. */
    public static ClassList list() {
        return new ClassList(
                "coco",
                ROWS.stream().map(Row::name).toList(),
                ClassList.palette(ROWS.size()),
                OptionalInt.empty(),
                false);
    }

    /** 91 classes, each at its number in the files; those that no file uses are called {@code unused 12}. */
    public static ClassList numbered() {
        List<String> names = new ArrayList<>();
        for (int id = 0; id < NUMBERS; id++) {
            names.add("unused " + id);
        }
        ROWS.forEach(row -> names.set(row.id, row.name));
        return new ClassList("coco-91", names, ClassList.palette(NUMBERS), OptionalInt.empty(), false);
    }

    /** The number in annotation files of a class of {@link #list()}. */
    public static int id(int index) {
        return ROWS.get(index).id;
    }

    private static List<Row> read() {
        try (InputStream in = Objects.requireNonNull(CocoClasses.class.getResourceAsStream("coco.json"))) {
            List<Row> rows = new ArrayList<>();
            for (JsonNode row : new ObjectMapper().readTree(in)) {
                rows.add(new Row(row.get(0).intValue(), row.get(1).textValue()));
            }
            return List.copyOf(rows);
        } catch (IOException e) {
            throw new UncheckedIOException("the library's list of COCO's classes cannot be read", e);
        }
    }
}
