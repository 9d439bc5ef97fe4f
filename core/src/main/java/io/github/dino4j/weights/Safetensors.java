package io.github.dino4j.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.dino4j.tensor.DType;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The safetensors format: 8 bytes header length (little endian), a JSON header, then the values of all tensors without
 * a gap. A header that disagrees with itself or with the size of the file is refused; nothing but the header is read.
 */
public final class Safetensors {
    /** Limit of the format's own reader. */
    private static final long MAX_HEADER = 100_000_000;

    private static final String METADATA = "__metadata__";

    /** Strict: a name twice, or anything after the header's closing brace, is an error. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Safetensors() {}

    /** Where the tensors of a file lie. Throws {@link CheckpointException} if the file is not valid. */
    public static StateDict open(Path file) {
        Header header = readHeader(file);
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : header.json().properties()) {
            if (!field.getKey().equals(METADATA)) {
                entries.add(entry(file, field.getKey(), field.getValue()));
            }
        }
        checkLayout(file, entries, header.fileSize() - header.dataStart());

        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Entry entry : entries) {
            long offset = header.dataStart() + entry.begin();
            tensors.put(
                    entry.name(),
                    new StoredTensor.InFile(
                            file, offset, entry.dtype(), entry.shape(), Shapes.rowMajor(entry.shape())));
        }
        return StateDict.of(tensors);
    }

    /** The free texts of a file, {@code __metadata__}; empty where it has none. */
    public static Map<String, String> metadata(Path file) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field :
                readHeader(file).json().path(METADATA).properties()) {
            metadata.put(field.getKey(), field.getValue().asText());
        }
        return Collections.unmodifiableMap(metadata);
    }

    /**
     * Writes a file whole or not at all: into a temporary file of the same folder, flushed to the disk, then renamed.
     * A file that was there stays as it is if anything fails. Names are sorted within one element size, the widest
     * first, so that every tensor is aligned to its elements.
     *
     * @throws CheckpointException naming the file and the cause: a folder that is not writable, a full disk
     */
    public static void write(Path file, Map<String, ? extends StoredTensor> tensors, Map<String, String> metadata) {
        SafetensorsWriter.write(file, tensors, metadata);
    }

    /**
     * Writes several files of at most {@code maxBytes} each and their index, as Hugging Face keeps large models:
     * {@code model-00001-of-0000N.safetensors}, {@code model.safetensors.index.json}. Complete or not at all; a tensor
     * larger than the limit has a file for itself.
     *
     * @param folder is made if it is missing
     * @throws CheckpointException naming the folder and the cause
     */
    public static void writeSharded(
            Path folder, Map<String, ? extends StoredTensor> tensors, Map<String, String> metadata, long maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("a shard must have room for at least 1 byte, not " + maxBytes);
        }
        ShardsWriter.write(folder, tensors, metadata, maxBytes);
    }

    private record Header(JsonNode json, long dataStart, long fileSize) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Entry(String name, DType dtype, long[] shape, long begin, long end) {}

    private static Header readHeader(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = in.size();
            if (size < 8) {
                throw bad(
                        file,
                        "is " + (size == 0 ? "empty" : size + " bytes long") + ", a safetensors file begins with"
                                + " 8 bytes header length",
                        "Download it again.");
            }
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            FileRegion.readFully(file, in, 0, length);
            long headerLength = length.getLong(0);
            if (Long.compareUnsigned(headerLength, size - 8) > 0) {
                throw bad(
                        file,
                        "says its header is " + Long.toUnsignedString(headerLength) + " bytes long, the file has "
                                + (size - 8) + " after the length",
                        "It was cut off or is no safetensors file; download it again.");
            }
            if (headerLength > MAX_HEADER) {
                throw bad(
                        file,
                        "has a header of " + headerLength + " bytes, the format allows " + MAX_HEADER,
                        "It is damaged or no safetensors file; fetch it again.");
            }
            ByteBuffer text = ByteBuffer.allocate((int) headerLength);
            FileRegion.readFully(file, in, 8, text);
            return new Header(parse(file, text.flip()), 8 + headerLength, size);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + e, e);
        }
    }

    private static JsonNode parse(Path file, ByteBuffer text) {
        try {
            JsonNode json = JSON.readTree(
                    StandardCharsets.UTF_8.newDecoder().decode(text).toString());
            if (!json.isObject()) {
                throw bad(
                        file,
                        "has a header that is no JSON object",
                        "It is damaged or no safetensors file; fetch it again.");
            }
            return json;
        } catch (CharacterCodingException e) {
            throw bad(file, "has a header that is not UTF-8", "It is damaged or no safetensors file; fetch it again.");
        } catch (IOException e) {
            throw bad(
                    file,
                    "has a header that is not valid JSON: " + firstLine(e),
                    "It is damaged or no safetensors file; fetch it again.");
        }
    }

    private static Entry entry(Path file, String name, JsonNode json) {
        JsonNode offsets = json.path("data_offsets");
        if (!json.path("dtype").isTextual() || !json.path("shape").isArray() || offsets.size() != 2) {
            throw bad(
                    file,
                    "describes tensor '" + name + "' without dtype, shape and two data_offsets",
                    "It is damaged; fetch it again.");
        }
        DType dtype = dtype(file, name, json.path("dtype").asText());
        long[] shape = new long[json.path("shape").size()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = natural(file, name, json.path("shape").get(axis));
        }
        long begin = natural(file, name, offsets.get(0));
        long end = natural(file, name, offsets.get(1));
        if (end < begin) {
            throw bad(
                    file,
                    "gives tensor '" + name + "' the reversed data_offsets " + begin + " to " + end,
                    "It is damaged; fetch it again.");
        }
        BigInteger needed = BigInteger.valueOf(dtype.bytes());
        for (long size : shape) {
            needed = needed.multiply(BigInteger.valueOf(size));
        }
        if (!needed.equals(BigInteger.valueOf(end - begin))) {
            throw bad(
                    file,
                    "stores " + (end - begin) + " bytes for tensor '" + name + "', " + dtype + Shapes.text(shape)
                            + " needs " + needed,
                    "It is damaged; fetch it again.");
        }
        return new Entry(name, dtype, shape, begin, end);
    }

    /** The tensors must fill the data part exactly: neither gaps nor bytes with two meanings. */
    private static void checkLayout(Path file, List<Entry> entries, long dataSize) {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long end = 0;
        for (Entry entry : sorted) {
            if (entry.begin() != end) {
                String what = entry.begin() < end ? "overlaps the tensor before it" : "leaves a gap before it";
                throw bad(
                        file,
                        "has tensor '" + entry.name() + "' at byte " + entry.begin() + " of the data, which " + what
                                + " (expected byte " + end + ")",
                        "It is damaged; fetch it again.");
            }
            end = entry.end();
        }
        if (end != dataSize) {
            throw bad(
                    file,
                    "has " + dataSize + " bytes of data, its tensors need " + end,
                    dataSize < end ? "The download was cut off; fetch it again." : "It is damaged; fetch it again.");
        }
    }

    private static DType dtype(Path file, String tensor, String name) {
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(name)) {
                return dtype;
            }
        }
        throw bad(
                file,
                "stores tensor '" + tensor + "' as '" + name + "'; Dino4J reads " + List.of(DType.values()),
                "Convert it to one of these, BF16 for example.");
    }

    private static long natural(Path file, String tensor, JsonNode number) {
        if (!number.isIntegralNumber() || !number.canConvertToLong() || number.asLong() < 0) {
            throw bad(
                    file,
                    "describes tensor '" + tensor + "' with '" + number + "' where a size belongs",
                    "It is damaged; fetch it again.");
        }
        return number.asLong();
    }

    private static CheckpointException bad(Path file, String what, String wayOut) {
        return new CheckpointException(file + ": " + what + ". " + wayOut);
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
