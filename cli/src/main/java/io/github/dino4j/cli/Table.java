package io.github.dino4j.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns for a fixed-width font; columns of numbers stand to the right. */
final class Table {
    private Table() {}

    /** Lines of the rows, the first of which is the heading. */
    static List<String> of(List<List<String>> rows) {
        int columns = rows.get(0).size();
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String cell = row.get(c);
                String space = " ".repeat(width(rows, c) - cell.length());
                line.append(isNumeric(rows, c) ? space + cell : cell + space).append("  ");
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static int width(List<List<String>> rows, int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    private static boolean isNumeric(List<List<String>> rows, int column) {
        return rows.stream()
                .skip(1)
                .map(row -> row.get(column))
                .allMatch(cell -> cell.matches("[\\d.,]*(e[-+]?\\d+)?( [kMG])?|-|NaN"));
    }
}
