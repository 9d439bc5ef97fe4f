package io.github.dino4j.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Writes a safetensors file whole or not at all. */
final class SafetensorsWriter {
    private SafetensorsWriter() {}

    static void write(Path file, Map<String, ? extends StoredTensor> tensors, Map<String, String> metadata) {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            writeNew(temporary, inFileOrder(tensors), metadata);
            move(temporary, target);
        } catch (IOException e) {
            throw new CheckpointException(
                    file + ": cannot be written: " + reason(e)
                            + ". Nothing was left behind; a file that was there is unchanged."
                            + " Check the folder's permissions and the free space.",
                    e);
        } finally {
            deleteLeftover(temporary);
        }
    }

    /** The system's words: "No space left on device", "Not a directory". */
    private static String reason(IOException e) {
        return e instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
    }

    /** Widest elements first, then by name. */
    private static Map<String, StoredTensor> inFileOrder(Map<String, ? extends StoredTensor> tensors) {
        if (tensors.containsKey("__metadata__")) {
            throw new IllegalArgumentException("a tensor cannot be called '__metadata__', the format uses that name");
        }
        Map<String, StoredTensor> ordered = new LinkedHashMap<>();
        List<String> names = new TreeMap<>(tensors)
                .entrySet().stream()
                        .sorted(Comparator.comparingInt(
                                entry -> -entry.getValue().dtype().bytes()))
                        .map(Map.Entry::getKey)
                        .toList();
        for (String name : names) {
            StoredTensor tensor = tensors.get(name);
            if (tensor != null) {
                ordered.put(name, tensor);
            }
        }
        return ordered;
    }

    private static void writeNew(Path file, Map<String, StoredTensor> tensors, Map<String, String> metadata)
            throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] header = header(tensors, metadata);
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            ByteSink.writeFully(out, length.putLong(header.length).flip());
            ByteSink.writeFully(out, header);
            long expected = out.position();
            for (Map.Entry<String, StoredTensor> entry : tensors.entrySet()) {
                entry.getValue().writeTo(out);
                expected += entry.getValue().bytes();
                if (out.position() != expected) {
                    throw new IOException("tensor '" + entry.getKey() + "' gave "
                            + (out.position() - expected + entry.getValue().bytes()) + " bytes, not "
                            + entry.getValue().bytes());
                }
            }
            out.force(true);
        }
    }

    /** JSON, padded with blanks so that the data begins at a multiple of 8. */
    private static byte[] header(Map<String, StoredTensor> tensors, Map<String, String> metadata) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = mapper.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = json.putObject("__metadata__");
            new TreeMap<>(metadata).forEach(texts::put);
        }
        long offset = 0;
        for (Map.Entry<String, StoredTensor> entry : tensors.entrySet()) {
            StoredTensor tensor = entry.getValue();
            ObjectNode node = json.putObject(entry.getKey());
            node.put("dtype", tensor.dtype().name());
            node.set("shape", mapper.valueToTree(tensor.shape()));
            node.putArray("data_offsets").add(offset).add(offset + tensor.bytes());
            offset += tensor.bytes();
        }
        String text = mapper.writeValueAsString(json);
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        return (text + " ".repeat((8 - length % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** After a rename there is nothing to delete. */
    private static void deleteLeftover(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            temporary.toFile().deleteOnExit(); // the first error matters more than this one
        }
    }
}
