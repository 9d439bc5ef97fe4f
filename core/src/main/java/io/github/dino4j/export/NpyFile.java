package io.github.dino4j.export;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One array in NumPy's .npy: floats of a shape in C order. Immutable: arrays are copied on the way out. */
public final class NpyFile {
    private static final int ALIGNMENT = 64;
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DTYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*True");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");

    private final long[] shape;
    private final float[] values;

    private NpyFile(long[] shape, float[] values) {
        this.shape = shape;
        this.values = values;
    }

    public long[] shape() {
        return shape.clone();
    }

    /** The values, row-major. */
    public float[] values() {
        return values.clone();
    }

    /**
     * Reads an array of float32 or float64, which is rounded to float32.
     *
     * @throws IOException if it cannot be read or holds something else; the message names the file and the way out
     */
    public static NpyFile read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        try {
            byte[] magic = new byte[MAGIC.length];
            in.get(magic);
            if (!Arrays.equals(magic, MAGIC)) {
                throw new IOException(file + ": not a .npy file, its first bytes are not those of NumPy");
            }
            int version = in.get();
            in.get();
            byte[] header = new byte[version == 1 ? in.getShort() & 0xffff : Math.min(in.getInt(), in.remaining())];
            in.get(header);
            return of(file, new String(header, StandardCharsets.ISO_8859_1), in);
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw new IOException(file + ": the header of the .npy file is cut off or damaged; copy it again", e);
        }
    }

    private static NpyFile of(Path file, String header, ByteBuffer in) throws IOException {
        Matcher dtype = DTYPE.matcher(header);
        Matcher sizes = SHAPE.matcher(header);
        if (!dtype.find() || !sizes.find()) {
            throw new IOException(file + ": the header of the .npy file names no dtype or shape: " + header.strip());
        }
        if (!dtype.group(1).matches("[<>]f[48]")) {
            throw new IOException(file + ": an array of dtype '" + dtype.group(1)
                    + "', wanted are float32 or float64; save it with numpy.save(file, array.astype('float32'))");
        }
        if (FORTRAN.matcher(header).find()) {
            throw new IOException(file + ": the array lies in Fortran order, wanted is C order; save it with"
                    + " numpy.save(file, numpy.ascontiguousarray(array))");
        }
        long[] shape = Arrays.stream(sizes.group(1).split(","))
                .map(String::strip)
                .filter(size -> !size.isEmpty())
                .mapToLong(NpyFile::size)
                .toArray();
        boolean wide = dtype.group(1).endsWith("8");
        in.order(dtype.group(1).startsWith("<") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long count = in.remaining() / (wide ? 8 : 4);
        if (count != elements(shape) || in.remaining() % (wide ? 8 : 4) != 0) {
            throw new IOException(file + ": the shape " + Arrays.toString(shape) + " needs " + elements(shape)
                    + " values, the file holds " + in.remaining() + " bytes of them; copy it again");
        }
        float[] values = new float[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = wide ? (float) in.getDouble() : in.getFloat();
        }
        return new NpyFile(shape, values);
    }

    private static long size(String digits) {
        return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits); // more than any file holds
    }

    /** Product of the shape, or the greatest number there is. */
    private static long elements(long[] shape) {
        try {
            return Arrays.stream(shape).reduce(1, Math::multiplyExact);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /** Writes float32 of a shape, row-major. The file is there whole or not at all. */
    public static void write(Path file, float[] values, long... shape) throws IOException {
        if (elements(shape) != values.length) {
            throw new IllegalArgumentException(
                    values.length + " values do not fill an array of " + Arrays.toString(shape));
        }
        ByteBuffer header = header(shape);
        Atomically.write(file, temporary -> {
            try (FileChannel out =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (header.hasRemaining()) {
                    out.write(header);
                }
                ByteBuffer part = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < values.length; ) {
                    part.clear();
                    for (; i < values.length && part.hasRemaining(); i++) {
                        part.putFloat(values[i]);
                    }
                    part.flip();
                    while (part.hasRemaining()) {
                        out.write(part);
                    }
                }
                out.force(true);
            }
        });
    }

    /** What stands before the values of float32 in C order, version 1.0. */
    static ByteBuffer header(long[] shape) {
        StringBuilder axes = new StringBuilder();
        for (long axis : shape) {
            axes.append(axis).append(", ");
        }
        String between =
                shape.length == 1 ? axes.toString().strip() : axes.toString().replaceFirst(", $", "");
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + between + "), }";
        int length = MAGIC.length + 4 + text.length() + 1;
        int padding = Math.floorMod(-length, ALIGNMENT);
        byte[] body = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer header = ByteBuffer.allocate(MAGIC.length + 4 + body.length).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).put((byte) 1).put((byte) 0);
        return header.putShort((short) body.length).put(body).flip();
    }
}
