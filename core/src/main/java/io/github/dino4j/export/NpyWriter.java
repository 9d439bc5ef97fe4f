package io.github.dino4j.export;

import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * NumPy's .npy (version 1.0), float32 in C order: [N, dim], or [N, rows, columns, dim] where dense. The row's images
 * stand in {@code <file>.json}.
 */
record NpyWriter() implements FeatureWriter {
    @Override
    public void check(FeatureTable table) {
        if (table.dense()) {
            table.requireOneGrid(".npy");
        }
    }

    @Override
    public void write(Path file, FeatureTable table) throws IOException {
        check(table);
        long[] shape = shape(table);
        Atomically.write(file, temporary -> {
            StoredTensor values = table.region(0, shape);
            try (FileChannel out =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer header = NpyFile.header(shape);
                while (header.hasRemaining()) {
                    out.write(header);
                }
                values.writeTo(out);
                out.force(true);
            }
        });
        Index.write(file, table); // last: if the values could not be written, the old pair stays as it is
    }

    private static long[] shape(FeatureTable table) {
        int count = table.rows().size();
        int dim = table.source().dim();
        if (!table.dense()) {
            return new long[] {count, dim};
        }
        return table.rows().isEmpty()
                ? new long[] {0, 0, 0, dim}
                : new long[] {
                    count, table.rows().get(0).height(), table.rows().get(0).width(), dim
                };
    }
}
