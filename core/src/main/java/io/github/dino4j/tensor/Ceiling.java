package io.github.dino4j.tensor;

import java.util.ArrayList;
import java.util.List;

/** What oneDNN's products reach at best on this machine: large square matrices, packed, on all threads. */
final class Ceiling {
    private static final int SIDE = 2048;
    private static final int ROWS = 256;
    private static final int ROUNDS = 5;

    private Ceiling() {}

    /** Operations a second, multiplications and additions counted apart; the best of some rounds. */
    static double measure(Precision precision) {
        try (Arena arena = new Arena();
                Scope scope = Scope.tiled()) {
            PackedWeight weight =
                    PackedWeight.pack(precision, new PackedWeight.Source(noise(SIDE), null), new Slab(arena::keep));
            DType input = precision == Precision.INT8 ? DType.U8 : precision.weights();
            int tiles = 2 * Engine.threads();
            List<Tensor> rows = new ArrayList<>();
            for (int i = 0; i < tiles; i++) {
                rows.add(noise(ROWS).mul(255).to(input));
            }
            double best = 0;
            for (int round = 0; round <= ROUNDS; round++) {
                long start = System.nanoTime();
                Team.run(tiles, i -> weight.product(rows.get(i), PackedWeight.Then.NOTHING, null, DType.F32));
                double seconds = (System.nanoTime() - start) / 1e9;
                best = Math.max(best, 2.0 * tiles * ROWS * SIDE * SIDE / seconds);
            }
            return best;
        }
    }

    private static Tensor noise(int rows) {
        float[] values = new float[rows * SIDE];
        java.util.SplittableRandom random = new java.util.SplittableRandom(rows);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble();
        }
        return Tensor.of(values, rows, SIDE);
    }
}
