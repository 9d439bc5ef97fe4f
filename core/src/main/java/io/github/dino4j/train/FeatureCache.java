package io.github.dino4j.train;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.TapReader;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.StoredTensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a frozen backbone says of each example, computed once: where nothing random precedes the backbone, a head's epochs
 * then cost the head alone. Entries are kept in Java's memory up to a budget, then in a file. Used by one thread.
 *
 * <p>An entry goes by the example's number and the taps. It remembers a hash of the pixels, so that augmentation that
 * somebody forgot to take out is an error and not a result that looks fine.
 */
public final class FeatureCache implements AutoCloseable {
    private final Options options;
    private final Map<Key, Entry> entries = new HashMap<>();
    private @Nullable RandomAccessFile spill; // not a channel, which an interrupt of the thread would close
    private long inMemory;
    private long inFile;
    private long computed;

    /**
     * How features are kept.
     *
     * @param memory bytes to keep in memory
     * @param dtype {@link DType#F32}, or {@link DType#F16}, which takes half and rounds
     * @param file where the rest goes; written anew, and deleted at the end
     */
    public record Options(long memory, DType dtype, Path file) {
        /** 512 MB in memory, as float32. */
        public static Options of(Path file) {
            return new Options(512L << 20, DType.F32, file);
        }

        public Options {
            if (memory < 0 || (dtype != DType.F32 && dtype != DType.F16)) {
                throw new IllegalArgumentException(
                        "features are kept as F32 or F16 in 0 bytes of memory or more, not as " + dtype + " in "
                                + memory);
            }
        }

        public Options withMemory(long bytes) {
            return new Options(bytes, dtype, file);
        }

        public Options withHalfPrecision() {
            return new Options(memory, DType.F16, file);
        }
    }

    private record Key(Taps taps, int index) {}

    /** Tokens of one image after one layer: shapes, and where their values are. */
    private record Layer(
            int height,
            int width,
            long registers,
            long channels,
            @Nullable Block block,
            long offset) {
        long values() {
            return (1 + registers + (long) height * width) * channels;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Block(byte[] bytes) {}

    private record Entry(int hash, List<Layer> layers) {}

    public FeatureCache(Options options) {
        this.options = options;
    }

    /**
     * What a head reads of examples, in the caller's scope: from memory or file, and of those not seen before from the
     * backbone, all in one batch.
     *
     * @throws IllegalArgumentException if an example's pixels are others than when it was kept
     */
    public List<Tokens> read(TapReader backbone, Taps taps, List<Input> batch) {
        Map<Integer, Input> missing = new LinkedHashMap<>();
        for (Input input : batch) {
            Entry entry = entries.get(new Key(taps, input.index()));
            if (entry == null) {
                missing.put(input.index(), input);
            } else if (entry.hash != hash(input)) {
                throw new IllegalArgumentException("example " + input.index()
                        + " has other pixels than when its features were kept: augmentation at random cannot be"
                        + " combined with kept features. Take it out, or leave the cache away.");
            }
        }
        if (!missing.isEmpty()) {
            keep(backbone, taps, List.copyOf(missing.values()));
        }
        try (Scope scope = Scope.inference()) {
            List<Tokens> read = new ArrayList<>();
            int layers = entry(taps, batch.get(0)).layers.size();
            for (int i = 0; i < layers; i++) {
                read.add(layer(taps, batch, i));
            }
            return read.stream().map(t -> t.keep(scope)).toList();
        }
    }

    private void keep(TapReader backbone, Taps taps, List<Input> inputs) {
        try (Scope scope = Scope.inference()) {
            List<Tokens> tokens = backbone.read(Input.batch(inputs), taps);
            for (int b = 0; b < inputs.size(); b++) {
                List<Layer> layers = new ArrayList<>();
                for (Tokens layer : tokens) {
                    layers.add(stored(layer, b));
                }
                entries.put(new Key(taps, inputs.get(b).index()), new Entry(hash(inputs.get(b)), layers));
                computed++;
            }
        }
    }

    private Layer stored(Tokens tokens, int b) {
        byte[] bytes;
        try (Scope scope = Scope.inference()) {
            Tensor rows = Tensor.cat(
                    0,
                    tokens.cls().narrow(0, b, 1),
                    tokens.registers().select(0, b),
                    tokens.patches().select(0, b));
            bytes = new StoredTensor.InEngine(rows.contiguous())
                    .as(options.dtype)
                    .toBytes();
        }
        long registers = tokens.registers().size(1);
        long channels = tokens.patches().size(2);
        if (inMemory + bytes.length <= options.memory) {
            inMemory += bytes.length;
            return new Layer(tokens.height(), tokens.width(), registers, channels, new Block(bytes), 0);
        }
        long offset = inFile;
        write(bytes);
        return new Layer(tokens.height(), tokens.width(), registers, channels, null, offset);
    }

    private Tokens layer(Taps taps, List<Input> batch, int index) {
        List<Tensor> cls = new ArrayList<>();
        List<Tensor> registers = new ArrayList<>();
        List<Tensor> patches = new ArrayList<>();
        Layer first = entry(taps, batch.get(0)).layers.get(index);
        for (Input input : batch) {
            Layer layer = entry(taps, input).layers.get(index);
            long rows = layer.values() / layer.channels;
            Tensor values =
                    Tensor.of(bytes(layer), options.dtype, rows, layer.channels).to(DType.F32);
            cls.add(values.narrow(0, 0, 1));
            registers.add(values.narrow(0, 1, layer.registers).unsqueeze(0));
            patches.add(values.narrow(0, 1 + layer.registers, rows - 1 - layer.registers)
                    .unsqueeze(0));
        }
        return new Tokens(
                Tensor.cat(0, cls), Tensor.cat(0, registers), Tensor.cat(0, patches), first.height, first.width);
    }

    private Entry entry(Taps taps, Input input) {
        Entry entry = entries.get(new Key(taps, input.index()));
        if (entry == null) {
            throw new IllegalStateException("the features of example " + input.index() + " were not kept");
        }
        return entry;
    }

    private static int hash(Input input) {
        return Arrays.hashCode(input.values());
    }

    private byte[] bytes(Layer layer) {
        if (layer.block != null) {
            return layer.block.bytes;
        }
        byte[] bytes = new byte[Math.toIntExact(layer.values() * options.dtype.bytes())];
        try {
            RandomAccessFile file = file();
            file.seek(layer.offset);
            file.readFully(bytes);
        } catch (EOFException e) {
            throw new UncheckedIOException(
                    options.file + ": kept features cannot be read: it ends too early; somebody has changed it", e);
        } catch (IOException e) {
            throw new UncheckedIOException(options.file + ": kept features cannot be read: " + e.getMessage(), e);
        }
        return bytes;
    }

    private void write(byte[] bytes) {
        try {
            RandomAccessFile file = file();
            file.seek(inFile);
            file.write(bytes);
            inFile += bytes.length;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    options.file + ": features cannot be kept there: " + e.getMessage()
                            + ". Make room, give the cache more memory, or keep half precision.",
                    e);
        }
    }

    private RandomAccessFile file() throws IOException {
        RandomAccessFile open = spill;
        if (open == null) {
            open = new RandomAccessFile(options.file.toFile(), "rw");
            open.setLength(0);
            spill = open;
        }
        return open;
    }

    /** How many examples went through the backbone so far. */
    public long computed() {
        return computed;
    }

    /** Bytes kept in memory. */
    public long memoryBytes() {
        return inMemory;
    }

    /** Bytes kept in the file. */
    public long fileBytes() {
        return inFile;
    }

    /** Forgets everything and deletes the file. */
    @Override
    public void close() {
        entries.clear();
        RandomAccessFile open = spill;
        if (open == null) {
            return; // a file of this name is not ours
        }
        spill = null;
        try {
            try {
                open.close();
            } finally {
                Files.deleteIfExists(options.file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(options.file + ": cannot be deleted: " + e.getMessage(), e);
        }
    }
}
