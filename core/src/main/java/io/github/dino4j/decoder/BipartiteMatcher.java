package io.github.dino4j.decoder;

import java.util.Arrays;

/**
 * The cheapest way to give each row of a cost matrix a column of its own (Hungarian method, Kuhn 1955, in the form of
 * shortest augmenting paths by Jonker and Volgenant 1987). DETR and Mask2Former match queries with true objects by it
 * before they compute a loss.
 *
 * <p>Exact, O(rows x rows x columns) with the shorter side as rows; sums are held in double. Of equally cheap ways the
 * same one is found each time. Stateless.
 */
public final class BipartiteMatcher {
    /** Marks a row without a column. */
    public static final int NONE = -1;

    private BipartiteMatcher() {}

    /**
     * The column of each row, {@link #NONE} for the rows that are left where there are more rows than columns.
     *
     * @param costs row by row, all of one length; negative ones too
     * @throws IllegalArgumentException if rows differ in length or a cost is NaN or infinite
     */
    public static int[] match(float[][] costs) {
        int columns = costs.length == 0 ? 0 : costs[0].length;
        float[] flat = new float[Math.multiplyExact(costs.length, columns)];
        for (int i = 0; i < costs.length; i++) {
            if (costs[i].length != columns) {
                throw new IllegalArgumentException(
                        "row " + i + " has " + costs[i].length + " costs, row 0 has " + columns);
            }
            System.arraycopy(costs[i], 0, flat, i * columns, columns);
        }
        return match(flat, costs.length, columns);
    }

    /**
     * The same for costs that lie in one array, row by row.
     *
     * @throws IllegalArgumentException if their number does not fit or a cost is NaN or infinite
     */
    public static int[] match(float[] costs, int rows, int columns) {
        if (costs.length != (long) rows * columns) {
            throw new IllegalArgumentException(costs.length + " costs do not fill " + rows + " rows of " + columns);
        }
        for (int i = 0; i < costs.length; i++) {
            if (!Float.isFinite(costs[i])) {
                throw new IllegalArgumentException("the cost of row " + i / columns + ", column " + i % columns + " is "
                        + costs[i] + "; a forbidden pair takes a large finite cost");
            }
        }
        if (rows <= columns) {
            return assign(rows, columns, costs, columns, 1);
        }
        int[] rowOf = assign(columns, rows, costs, 1, columns);
        int[] columnOf = new int[rows];
        Arrays.fill(columnOf, NONE);
        for (int column = 0; column < columns; column++) {
            columnOf[rowOf[column]] = column;
        }
        return columnOf;
    }

    /**
     * The column of each of {@code n} rows, n <= m. The cost of row i, column j stands at i rowStep + j columnStep.
     *
     * <p>Rows come in one at a time. Potentials u, v with u[i] + v[j] <= cost, equal on the pairs so far, turn "cheapest
     * way to free a column" into a shortest path over non-negative lengths, found as by Dijkstra. Number 0 stands for "no
     * row" and for the column from which the path of a new row starts, so both are counted from 1.
     */
    private static int[] assign(int n, int m, float[] costs, int rowStep, int columnStep) {
        double[] u = new double[n + 1];
        double[] v = new double[m + 1];
        int[] rowOf = new int[m + 1];
        int[] before = new int[m + 1];
        double[] distance = new double[m + 1];
        boolean[] reached = new boolean[m + 1];
        for (int row = 1; row <= n; row++) {
            Arrays.fill(distance, Double.POSITIVE_INFINITY);
            Arrays.fill(reached, false);
            rowOf[0] = row;
            int column = 0;
            while (rowOf[column] != 0) {
                reached[column] = true;
                int i = rowOf[column];
                double least = Double.POSITIVE_INFINITY;
                int nearest = 0;
                for (int j = 1; j <= m; j++) {
                    if (reached[j]) {
                        continue;
                    }
                    double slack = costs[(i - 1) * rowStep + (j - 1) * columnStep] - u[i] - v[j];
                    if (slack < distance[j]) {
                        distance[j] = slack;
                        before[j] = column;
                    }
                    if (distance[j] < least) {
                        least = distance[j];
                        nearest = j;
                    }
                }
                for (int j = 0; j <= m; j++) {
                    if (reached[j]) {
                        u[rowOf[j]] += least;
                        v[j] -= least;
                    } else {
                        distance[j] -= least;
                    }
                }
                column = nearest;
            }
            while (column != 0) { // the path is free: each row on it moves one column on
                rowOf[column] = rowOf[before[column]];
                column = before[column];
            }
        }
        int[] columnOf = new int[n];
        for (int j = 1; j <= m; j++) {
            if (rowOf[j] != 0) {
                columnOf[rowOf[j] - 1] = j - 1;
            }
        }
        return columnOf;
    }
}
