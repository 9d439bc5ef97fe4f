package io.github.dino4j.tensor;

import java.util.List;
import java.util.function.IntFunction;

/** Work on a matrix tile by tile, on all threads of the {@link Engine}. */
public final class Tiles {
    private Tiles() {}

    /** Rows {@code start .. start + rows - 1} of a matrix. */
    public record Range(long start, long rows) {
        /** These rows of x, without a copy. */
        public Tensor of(Tensor x) {
            return x.narrow(0, start, rows);
        }
    }

    /**
     * Computes a matrix from the rows of its tiles, which several threads take one by one. What the body makes is freed
     * after each tile.
     *
     * @param ranges rows that do not overlap, and fill the matrix together
     * @param body gives tile i, [ranges[i].rows, columns]; called on any thread, without gradients
     * @return [sum of rows, columns] in the current scope
     */
    public static Tensor map(List<Range> ranges, long columns, DType dtype, IntFunction<Tensor> body) {
        long rows = ranges.stream().mapToLong(Range::rows).sum();
        Tensor result = Tensor.empty(dtype, Device.CPU, rows, columns);
        Team.run(ranges.size(), i -> ranges.get(i).of(result).write(body.apply(i)));
        return result;
    }
}
