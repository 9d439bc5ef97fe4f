package io.github.dino4j.export;

import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * NumPy's .npy (version 1.0), float32 in C order: [N, dim], or [N, rows, columns, dim] where dense. The row's images
 * stand in {@code <file>.json}.
 */
record NpyWriter() implements FeatureWriter {
    private static final int ALIGNMENT = 64;

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
                ByteBuffer header = header(shape);
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

    private static ByteBuffer header(long[] shape) {
        StringBuilder axes = new StringBuilder();
        for (long axis : shape) {
            axes.append(axes.isEmpty() ? "" : ", ").append(axis);
        }
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + axes + "), }";
        int length = 10 + text.length() + 1;
        int padding = Math.floorMod(-length, ALIGNMENT);
        byte[] body = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer header = ByteBuffer.allocate(10 + body.length).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        return header.putShort((short) body.length).put(body).flip();
    }
}
