package io.github.dino4j.data;

import io.github.dino4j.predict.ClassList;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A table of files as CSV (RFC 4180, UTF-8) with a header: {@code image}, and any of {@code label} (a class by name), {@code
 * mask}, {@code depth}. Paths are relative to the table; other columns are passed over.
 *
 * <pre>{@code
 * image,label
 * photos/a.jpg,cat
 * "photos/b, c.jpg",dog
 * }</pre>
 */
public final class Manifest {
    private static final String BETWEEN = "|"; // two labels of one photo

    private Manifest() {}

    /** A table whose labels are the classes, in the order of their names. */
    public static TruthSet read(Path csv) {
        Table table = Table.of(csv);
        if (table.mask >= 0) {
            throw new DataSetException(
                    csv + ": masks hold numbers or colours; give the class list that names them.", List.of());
        }
        Set<String> labels = new TreeSet<>();
        table.rows.forEach(row -> table.field(row, table.label).ifPresent(labels::add));
        Optional<ClassList> classes = labels.isEmpty()
                ? Optional.empty()
                : Optional.of(ClassList.of(String.valueOf(csv.getFileName()), List.copyOf(labels)));
        return read(table, classes, MaskFormat.NUMBERS, 0.001);
    }

    /**
     * A table with known classes.
     *
     * @param metresPerUnit metres of one step of 16-bit depth files
     * @throws DataSetException naming every row with an unknown label or a missing file, and two rows of one image
     */
    public static TruthSet read(Path csv, ClassList classes, MaskFormat format, double metresPerUnit) {
        return read(Table.of(csv), Optional.of(classes), format, metresPerUnit);
    }

    /**
     * A table whose photos may have any number of labels, with a {@value #BETWEEN} between them, or none; the classes are those
     * that occur, in the order of their names.
     */
    public static TruthSet readSeveral(Path csv) {
        Table table = Table.of(csv);
        Set<String> labels = new TreeSet<>();
        table.rows.forEach(row -> labels.addAll(several(table, row)));
        if (labels.isEmpty()) {
            throw new DataSetException(csv + ": no row has a label; they stand in the column 'label'.", List.of());
        }
        return several(table, ClassList.of(String.valueOf(csv.getFileName()), List.copyOf(labels)));
    }

    /** The same with known classes. */
    public static TruthSet readSeveral(Path csv, ClassList classes) {
        return several(Table.of(csv), classes);
    }

    private static TruthSet several(Table table, ClassList classes) {
        if (table.label < 0) {
            throw new DataSetException(table.csv + ": has no column 'label'.", List.of());
        }
        List<BadFile> bad = new ArrayList<>();
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < table.rows.size(); i++) {
            List<String> row = table.rows.get(i);
            try {
                String name =
                        table.field(row, table.image).orElseThrow(() -> new IllegalArgumentException("names no image"));
                examples.add(Example.ofLabels(
                        name,
                        table.file(row, table.image),
                        several(table, row).stream()
                                .map(label -> category(label, Optional.of(classes)))
                                .toList()));
            } catch (IllegalArgumentException e) {
                bad.add(new BadFile(table.csv, table.csv + ", row " + (i + 1) + ": " + e.getMessage()));
            }
        }
        if (!bad.isEmpty()) {
            throw new DataSetException(
                    table.csv + ": " + bad.size() + " of " + table.rows.size()
                            + " rows cannot be used. Paths are relative to the table, labels are names of classes, with a '"
                            + BETWEEN + "' between several:",
                    bad);
        }
        return TruthSet.of(String.valueOf(table.csv.getFileName()), classes, examples);
    }

    private static List<String> several(Table table, List<String> row) {
        return table.field(row, table.label).stream()
                .flatMap(text -> Arrays.stream(text.split(Pattern.quote(BETWEEN))))
                .map(String::strip)
                .filter(label -> !label.isEmpty())
                .toList();
    }

    private static TruthSet read(Table table, Optional<ClassList> classes, MaskFormat format, double metresPerUnit) {
        List<BadFile> bad = new ArrayList<>();
        List<Example> examples = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < table.rows.size(); i++) {
            List<String> row = table.rows.get(i);
            try {
                String name =
                        table.field(row, table.image).orElseThrow(() -> new IllegalArgumentException("names no image"));
                if (!seen.add(name)) {
                    throw new IllegalArgumentException("'" + name + "' stands in the table twice");
                }
                OptionalInt category = OptionalInt.empty();
                if (table.label >= 0) {
                    category = OptionalInt.of(
                            category(table.field(row, table.label).orElse(""), classes));
                }
                examples.add(new Example(
                        name,
                        table.file(row, table.image),
                        category,
                        table.mask < 0 ? Optional.empty() : Optional.of(table.file(row, table.mask)),
                        table.depth < 0 ? Optional.empty() : Optional.of(table.file(row, table.depth)),
                        List.of()));
            } catch (IllegalArgumentException e) {
                bad.add(new BadFile(table.csv, table.csv + ", row " + (i + 1) + ": " + e.getMessage()));
            }
        }
        if (!bad.isEmpty()) {
            throw new DataSetException(
                    table.csv + ": " + bad.size() + " of " + table.rows.size()
                            + " rows cannot be used. Paths are relative to the table, labels are names of classes:",
                    bad);
        }
        return new TruthSet(String.valueOf(table.csv.getFileName()), classes, format, metresPerUnit, examples);
    }

    private static int category(String label, Optional<ClassList> classes) {
        int index = classes.map(list -> list.names().indexOf(label)).orElse(-1);
        if (index < 0) {
            throw new IllegalArgumentException("label '" + label + "' is no class"
                    + classes.map(list -> " of " + list.names()).orElse(""));
        }
        return index;
    }

    /** The rows, and at which place each column stands; -1 for none. */
    private record Table(Path csv, List<List<String>> rows, int image, int label, int mask, int depth) {
        static Table of(Path csv) {
            List<List<String>> records;
            try {
                records = Csv.records(Lines.text(csv));
            } catch (IllegalArgumentException e) {
                throw new DataSetException(csv + ": " + e.getMessage(), List.of());
            }
            List<String> header = records.isEmpty()
                    ? List.of()
                    : records.get(0).stream().map(String::strip).toList();
            if (!header.contains("image")
                    || !(header.contains("label") || header.contains("mask") || header.contains("depth"))) {
                throw new DataSetException(
                        csv + ": its first line is " + header + "; wanted is a header with the column 'image' and at"
                                + " least one of 'label', 'mask', 'depth'.",
                        List.of());
            }
            if (records.size() == 1) {
                throw new DataSetException(csv + ": no row under the header.", List.of());
            }
            return new Table(
                    csv,
                    records.subList(1, records.size()),
                    header.indexOf("image"),
                    header.indexOf("label"),
                    header.indexOf("mask"),
                    header.indexOf("depth"));
        }

        Optional<String> field(List<String> row, int column) {
            return column < 0 || column >= row.size() || row.get(column).isBlank()
                    ? Optional.empty()
                    : Optional.of(row.get(column).strip());
        }

        Path file(List<String> row, int column) {
            String text = field(row, column)
                    .orElseThrow(() -> new IllegalArgumentException("has " + row.size() + " fields, one is missing"));
            try {
                Path file = csv.resolveSibling(text);
                if (!Files.isRegularFile(file)) {
                    throw new IllegalArgumentException("no file '" + file + "'");
                }
                return file;
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("'" + text + "' is no path: " + e.getReason(), e);
            }
        }
    }
}
