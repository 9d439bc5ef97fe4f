package io.github.dino4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BipartiteMatcherTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "3, 3", "6, 6", "2, 7", "5, 6", "7, 3", "6, 5"})
    void costsAsLittleAsTheBestOfAllWays(int rows, int columns) {
        SplittableRandom random = new SplittableRandom(31L * rows + columns);
        for (int trial = 0; trial < 50; trial++) {
            float[][] costs = draw(random, rows, columns, trial % 2 == 0 ? 4 : 1000); // 4: many ties

            int[] columnOf = BipartiteMatcher.match(costs);

            assertThat(total(costs, columnOf)).isCloseTo(cheapest(costs, 0, 0), within(1e-9));
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 9", "9, 4"})
    void givesEachRowAColumnOfItsOwnAsFarAsTheyReach(int rows, int columns) {
        int[] columnOf = BipartiteMatcher.match(draw(new SplittableRandom(1), rows, columns, 100));

        int[] given = Arrays.stream(columnOf)
                .filter(column -> column != BipartiteMatcher.NONE)
                .toArray();
        assertThat(given).hasSize(Math.min(rows, columns)).doesNotHaveDuplicates();
    }

    @Test
    void solvesAHundredQueriesAgainstManyObjectsToOptimality() {
        int objects = 60;
        float[][] costs = draw(new SplittableRandom(5), 100, objects, 1000);
        int[] hidden = new int[objects];
        for (int object = 0; object < objects; object++) {
            hidden[object] = (object * 37 + 11) % 100; // different queries, each far cheaper than any other pair
            costs[hidden[object]][object] = -2000 - object;
        }

        int[] columnOf = BipartiteMatcher.match(costs);

        for (int object = 0; object < objects; object++) {
            assertThat(columnOf[hidden[object]]).isEqualTo(object);
        }
    }

    @Test
    void choosesTheSameOfEquallyCheapWays() {
        assertThat(BipartiteMatcher.match(new float[3][4])).containsExactly(0, 1, 2);
    }

    @Test
    void matchesNothingWithNothing() {
        assertThat(BipartiteMatcher.match(new float[3][0])).containsExactly(-1, -1, -1);
    }

    @Test
    void namesACostThatIsNotANumber() {
        assertThatThrownBy(() -> BipartiteMatcher.match(new float[] {1, 2, 3, Float.NaN}, 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 1, column 1 is NaN");
    }

    @Test
    void refusesRowsOfDifferentLength() {
        assertThatThrownBy(() -> BipartiteMatcher.match(new float[][] {{1, 2}, {3}}))
                .hasMessageContaining("row 1 has 1 costs, row 0 has 2");
    }

    private static float[][] draw(SplittableRandom random, int rows, int columns, int range) {
        float[][] costs = new float[rows][columns];
        for (float[] row : costs) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextInt(2 * range) - range;
            }
        }
        return costs;
    }

    private static double total(float[][] costs, int[] columnOf) {
        double sum = 0;
        for (int i = 0; i < costs.length; i++) {
            sum += columnOf[i] == BipartiteMatcher.NONE ? 0 : costs[i][columnOf[i]];
        }
        return sum;
    }

    /** The least total from row {@code row} on, where as many pairs as possible must be made. */
    private static double cheapest(float[][] costs, int row, long taken) {
        int columns = costs[0].length;
        if (row == costs.length) {
            return Long.bitCount(taken) == Math.min(costs.length, columns) ? 0 : Double.POSITIVE_INFINITY;
        }
        double best = costs.length > columns ? cheapest(costs, row + 1, taken) : Double.POSITIVE_INFINITY;
        for (int j = 0; j < columns; j++) {
            if ((taken >> j & 1) == 0) {
                best = Math.min(best, costs[row][j] + cheapest(costs, row + 1, taken | 1L << j));
            }
        }
        return best;
    }
}
