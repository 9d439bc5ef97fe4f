package io.github.dino4j.weights;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One row of a naming table: names in the file, official names, and what happens to the tensors between them. The
 * static methods are the words the tables are written in.
 */
record Rule(Kind kind, List<Template> file, List<Template> official, Conversion conversion) {
    enum Kind {
        SAME("kept"),
        RENAME("renamed"),
        JOIN("joined"),
        RESHAPE("reshaped"),
        ALIAS("aliased"),
        ADD("computed"),
        /** In the file, of no use. */
        DROP("dropped"),
        /** Official, but this naming has no place for it and its models do without. */
        OMIT("omitted");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    static Rule same(String name) {
        return rule(Kind.SAME, List.of(name), List.of(name), new Conversion.Rename());
    }

    static Rule rename(String file, String official) {
        return rule(Kind.RENAME, List.of(file), List.of(official), new Conversion.Rename());
    }

    /** Renames several, if the first of them is there. */
    static Rule together(List<String> file, List<String> official) {
        return rule(Kind.RENAME, file, official, new Conversion.RenameTogether());
    }

    /** fc1 and fc2 of the file are w12 and w3 if fc1 has twice as many rows as fc2 has columns. */
    static Rule packedGate(String fc1, String fc2, String w12, String w3) {
        return rule(
                Kind.RENAME,
                List.of(fc1 + ".weight", fc1 + ".bias", fc2 + ".weight", fc2 + ".bias"),
                List.of(w12 + ".weight", w12 + ".bias", w3 + ".weight", w3 + ".bias"),
                new Conversion.PackedGate());
    }

    static Rule joinRows(List<String> file, String official) {
        return rule(Kind.JOIN, file, List.of(official), new Conversion.JoinRows());
    }

    static Rule joinBiases(String query, String key, String value, String bias, String mask) {
        return rule(Kind.JOIN, List.of(query, key, value), List.of(bias, mask), new Conversion.JoinBiases(true));
    }

    static Rule joinBiases(String query, String value, String bias, String mask) {
        return rule(Kind.JOIN, List.of(query, value), List.of(bias, mask), new Conversion.JoinBiases(false));
    }

    static Rule dropFirstAxis(String file, String official) {
        return rule(Kind.RESHAPE, List.of(file), List.of(official), new Conversion.DropFirstAxis());
    }

    static Rule squeeze(String file, String official) {
        return rule(Kind.RENAME, List.of(file), List.of(official), new Conversion.Squeeze());
    }

    static Rule registers(String file, String official) {
        return rule(Kind.RENAME, List.of(file), List.of(official), new Conversion.Registers());
    }

    static Rule clsPosition(String cls, String positions) {
        return rule(Kind.ADD, List.of(cls, positions), List.of(cls, positions), new Conversion.ClsPosition());
    }

    static Rule alias(List<String> file, List<String> official) {
        return rule(Kind.ALIAS, file, official, new Conversion.Alias(file.size(), official.size()));
    }

    static Rule drop(String file) {
        return rule(Kind.DROP, List.of(file), List.of(), new Conversion.Drop());
    }

    static Rule omit(String official) {
        return rule(Kind.OMIT, List.of(), List.of(official), new Conversion.Drop());
    }

    private static Rule rule(Kind kind, List<String> file, List<String> official, Conversion conversion) {
        return new Rule(
                kind,
                file.stream().map(Template::new).toList(),
                official.stream().map(Template::new).toList(),
                conversion);
    }

    /** "a + b -> c". */
    @Override
    public String toString() {
        return switch (kind) {
            case SAME, DROP -> file.get(0).toString();
            case OMIT -> official.get(0).toString();
            default -> side(file) + " -> " + side(official);
        };
    }

    private static String side(List<Template> names) {
        return names.stream().map(Template::toString).collect(Collectors.joining(" + "));
    }
}
