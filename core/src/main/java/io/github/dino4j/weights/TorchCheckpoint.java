package io.github.dino4j.weights;

import io.github.dino4j.weights.Pickled.Storage;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of {@code torch.save}, in the zip format (PyTorch 1.6 and later) or the legacy one before it. The pickle in
 * it is read as data: tensors, dicts, lists, numbers and texts. A pickle that names anything else is refused before
 * anything is called, so a hostile file can do nothing.
 */
public final class TorchCheckpoint {
    private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long LEGACY_PROTOCOL = 1001;
    private static final long MAX_PICKLE = 64L << 20;

    private final boolean zip;
    private final Object root;

    /** Python's None in {@link #root()}. */
    public enum None {
        NONE
    }

    private TorchCheckpoint(boolean zip, Object root) {
        this.zip = zip;
        this.root = root;
    }

    /** Reads the structure of a file, no values. Throws {@link CheckpointException} if it is refused or damaged. */
    public static TorchCheckpoint open(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return switch (FileKind.of(file, in)) {
                case ZIP -> new TorchCheckpoint(true, readZip(file, in));
                case LEGACY_TORCH -> new TorchCheckpoint(false, readLegacy(file, in));
                default -> throw FileKind.notA("file of torch.save", file, in);
            };
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + e, e);
        }
    }

    /** Whether the file is in the zip format rather than the legacy one. */
    public boolean isZip() {
        return zip;
    }

    /**
     * What was saved: a tree of {@code Map<Object, Object>} (dicts, and objects such as argparse.Namespace as their
     * fields), {@code List<Object>} (lists, tuples, sets), {@link StoredTensor}, String, Long, BigInteger, Double,
     * Boolean, {@code byte[]}, {@link None}; anything else in it is opaque. At most 200 levels deep, without cycles.
     */
    public Object root() {
        return root;
    }

    /** The entries of the saved dict that are tensors; empty where something else was saved. */
    public StateDict tensors() {
        return tensorsOf(root);
    }

    static StateDict tensorsOf(Object node) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        if (node instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                if (name instanceof String text && value instanceof StoredTensor tensor) {
                    tensors.put(text, tensor);
                }
            });
        }
        return StateDict.of(tensors);
    }

    // The zip format: <name>/data.pkl, <name>/data/<key> for each storage, <name>/byteorder

    private static Object readZip(Path file, FileChannel in) throws IOException {
        ZipArchive zip = new ZipArchive(file, in);
        String pickle = zip.entries().keySet().stream()
                .filter(name -> name.equals("data.pkl") || name.endsWith("/data.pkl"))
                .min((a, b) -> Integer.compare(a.length(), b.length()))
                .orElse("");
        String root = pickle.substring(0, Math.max(pickle.length() - "data.pkl".length(), 0));
        refuseOtherArchives(file, zip, root, pickle.isEmpty());
        checkByteOrder(file, in, zip, root);
        ZipArchive.Region region = zip.region(entry(file, zip, pickle));
        if (region.length() > MAX_PICKLE) {
            throw new CheckpointException(file + ": the pickle in it is " + region.length() + " bytes long, more than "
                    + MAX_PICKLE + ". Re-save it with torch.save(model.state_dict(), ...) or as .safetensors.");
        }
        PickleInput input = new PickleInput(file, in, region.offset(), region.offset() + region.length());
        return new PickleReader(input, new TensorBuilder(file, storage -> zipOffset(file, zip, root, storage))).read();
    }

    private static long zipOffset(Path file, ZipArchive zip, String root, Storage storage) throws IOException {
        ZipArchive.Region region = zip.region(entry(file, zip, root + "data/" + storage.key()));
        return checked(file, storage, region.offset(), region.length());
    }

    private static long checked(Path file, Storage storage, long offset, long length) {
        long size = storage.dtype().bytes();
        if (storage.elements() > length / size - storage.skipped()) {
            throw new CheckpointException(file + ": storage '" + storage.key() + "' is " + length + " bytes long, its "
                    + storage.elements() + " elements of " + storage.dtype() + " need "
                    + BigInteger.valueOf(storage.elements())
                            .add(BigInteger.valueOf(storage.skipped()))
                            .multiply(BigInteger.valueOf(size))
                    + ". The file is damaged; fetch it again.");
        }
        return offset + storage.skipped() * size;
    }

    private static ZipArchive.Entry entry(Path file, ZipArchive zip, String name) {
        ZipArchive.Entry entry = zip.entries().get(name);
        if (entry == null) {
            throw new CheckpointException(
                    file + ": the entry '" + name + "' is missing in it. The file is damaged; fetch it again.");
        }
        return entry;
    }

    private static void refuseOtherArchives(Path file, ZipArchive zip, String root, boolean noPickle) {
        boolean script = zip.entries().keySet().stream()
                .anyMatch(name -> name.equals(root + "constants.pkl")
                        || name.startsWith(root + "code/")
                        || name.endsWith("/constants.pkl"));
        if (script) {
            throw new CheckpointException(file + ": is a TorchScript archive (torch.jit.save), a program and not a file"
                    + " of weights. In Python: torch.save(torch.jit.load(file).state_dict(), ...), then open that.");
        }
        if (noPickle) {
            throw new CheckpointException(file + ": is a zip file without data.pkl, so torch.save did not write it. It"
                    + " holds " + StateDict.quoted(List.copyOf(zip.entries().keySet()), 5)
                    + ". Unpack it, or give a .pth or .safetensors file.");
        }
    }

    private static void checkByteOrder(Path file, FileChannel in, ZipArchive zip, String root) throws IOException {
        ZipArchive.Entry record = zip.entries().get(root + "byteorder");
        if (record == null) {
            return; // before PyTorch 2.1; always little endian
        }
        ZipArchive.Region region = zip.region(record);
        ByteBuffer text = ByteBuffer.allocate((int) Math.min(region.length(), 16));
        FileRegion.readFully(file, in, region.offset(), text);
        String order = new String(text.array(), StandardCharsets.US_ASCII).strip();
        if (!order.equals("little")) {
            throw bigEndian(file, "'" + order + "'");
        }
    }

    private static CheckpointException bigEndian(Path file, String order) {
        return new CheckpointException(file + ": was written with byte order " + order
                + ", Dino4J reads 'little'. Load and save it again in Python on a little-endian machine (x86, ARM).");
    }

    // The legacy format: magic, protocol, machine, object, keys of the storages; then each storage: count and values

    private static Object readLegacy(Path file, FileChannel in) throws IOException {
        PickleInput input = new PickleInput(file, in, 0, in.size());
        if (!LEGACY_MAGIC.equals(plain(file, input))
                || !Long.valueOf(LEGACY_PROTOCOL).equals(plain(file, input))) {
            throw new CheckpointException(file + ": begins like a legacy torch.save file but has another version."
                    + " Re-save it with torch.save(model.state_dict(), ...).");
        }
        if (plain(file, input) instanceof Map<?, ?> machine && Boolean.FALSE.equals(machine.get("little_endian"))) {
            throw bigEndian(file, "'big'");
        }
        long objectAt = input.position();
        Map<String, Storage> seen = new HashMap<>();
        new PickleReader(input, new TensorBuilder(file, storage -> collect(seen, storage))).read();
        Map<String, Long> offsets = legacyOffsets(file, in, input, seen);

        // Only now is it known where the storages lie: read the object once more.
        PickleInput again = new PickleInput(file, in, objectAt, in.size());
        return new PickleReader(again, new TensorBuilder(file, storage -> legacyOffset(file, offsets, storage))).read();
    }

    private static Object plain(Path file, PickleInput input) throws IOException {
        return new PickleReader(input, new TensorBuilder(file, storage -> {
                    throw new CheckpointException(file + ": has a tensor where none belongs; it is damaged.");
                }))
                .read();
    }

    private static long collect(Map<String, Storage> seen, Storage storage) {
        seen.put(storage.key(), storage);
        return 0;
    }

    private static Map<String, Long> legacyOffsets(
            Path file, FileChannel in, PickleInput input, Map<String, Storage> seen) throws IOException {
        Map<String, Long> offsets = new HashMap<>();
        if (!(plain(file, input) instanceof List<?> keys)) {
            throw new CheckpointException(file + ": has no list of its storages; it is damaged. Fetch it again.");
        }
        long at = input.position();
        for (Object key : keys) {
            Storage storage = seen.get(key);
            if (storage == null) {
                throw new CheckpointException(
                        file + ": has values for a storage '" + key + "' that no tensor uses. It is damaged.");
            }
            long count = new PickleInput(file, in, at, in.size()).i8();
            long left = in.size() - at - 8;
            if (count < 0 || count > left / storage.dtype().bytes()) {
                throw new CheckpointException(file + ": ends inside of storage '" + key + "': " + count
                        + " elements of " + storage.dtype() + " are announced, " + left
                        + " bytes are left. The file was cut off; fetch it again.");
            }
            checked(file, storage, 0, count * storage.dtype().bytes());
            offsets.put(storage.key(), at + 8);
            at += 8 + count * storage.dtype().bytes();
        }
        return offsets;
    }

    private static long legacyOffset(Path file, Map<String, Long> offsets, Storage storage) {
        Long offset = offsets.get(storage.key());
        if (offset == null) {
            throw new CheckpointException(
                    file + ": the values of storage '" + storage.key() + "' are missing. It is damaged.");
        }
        return offset + storage.skipped() * storage.dtype().bytes();
    }
}
