package io.github.dino4j.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a job has done so far, so that it can be killed at any moment and go on: {@code <output>.partial} holds the float32
 * values of the images one behind the other, {@code <output>.partial.jsonl} says what they are, a first line about the job
 * and a line a batch.
 *
 * <p>A batch's values reach the disk before its line does, and a line counts when it ends: what stands behind the last such
 * line is cut off when the journal is opened again. Since only whole batches are kept, the images after them meet the
 * model in the same batches as without the interruption, and the results are equal bit by bit.
 */
final class Journal implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FORMAT = "dino4j features journal 1";

    private final Path values;
    private final Path log;
    private final FeatureSource source;
    private final List<Path> images;
    private final FileChannel valuesOut;
    private final FileChannel logOut;
    private final List<FeatureTable.Row> rows = new ArrayList<>();
    private final List<FeatureJob.Failure> failures = new ArrayList<>();
    private int next;
    private boolean removed;

    /** What became of one image of a batch. */
    sealed interface Entry {
        int index();

        @SuppressWarnings("ArrayRecordComponent") // written at once, never compared
        record Encoded(int index, int height, int width, float[] values) implements Entry {}

        record Unreadable(int index, String reason) implements Entry {}
    }

    private Journal(Path output, FeatureSource source, List<Path> images, boolean restart) throws IOException {
        this.values = output.resolveSibling(output.getFileName() + ".partial");
        this.log = output.resolveSibling(output.getFileName() + ".partial.jsonl");
        this.source = source;
        this.images = images;
        logOut = FileChannel.open(log, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            lock();
            valuesOut = FileChannel.open(
                    values, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            begin(restart);
        } catch (IOException | RuntimeException e) {
            logOut.close();
            throw e;
        }
    }

    /**
     * Opens the journal of an output, a new one or the one that an interrupted run has left.
     *
     * @throws ExportException if the folder cannot be written, another run is at work, or the journal is of another job
     */
    static Journal open(Path output, FeatureSource source, List<Path> images, boolean restart) {
        Path folder = output.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new ExportException(
                    output + ": cannot be written, there is no folder '" + folder + "'. Make it, or choose another.");
        }
        if (Files.isDirectory(output)) {
            throw new ExportException(output + ": is a folder, the name of a file was wanted.");
        }
        try {
            return new Journal(output, source, images, restart);
        } catch (IOException e) {
            throw new ExportException(
                    output + ": cannot be written: " + Reason.of(e)
                            + ". Check the folder's permissions and the free space, or choose another folder.",
                    e);
        }
    }

    private void lock() throws IOException {
        try {
            if (logOut.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // the same answer as for another process
        }
        throw new ExportException(
                log + ": another run is writing this output at the moment. Wait for it, or choose another output.");
    }

    private void begin(boolean restart) throws IOException {
        List<String> lines = restart ? List.of() : completeLines();
        if (lines.isEmpty()) {
            logOut.truncate(0);
            valuesOut.truncate(0);
            line(header());
            return;
        }
        requireSameJob(JSON.readTree(lines.get(0)));
        long kept = bytes(lines.get(0));
        for (String line : lines.subList(1, lines.size())) {
            JsonNode batch = parse(line);
            if (batch.path("bytes").asLong(Long.MAX_VALUE) > valuesOut.size()) {
                break;
            }
            read(batch);
            kept += bytes(line);
        }
        logOut.truncate(kept).position(kept);
        long end = rows.isEmpty() ? 0 : end(rows.get(rows.size() - 1));
        valuesOut.truncate(end).position(end);
    }

    private List<String> completeLines() throws IOException {
        String text = Files.readString(log, StandardCharsets.UTF_8);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode(); // a line that the disk has lost counts as not written
        }
    }

    private static long bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8).length + 1L;
    }

    private void read(JsonNode batch) {
        long offset = rows.isEmpty() ? 0 : end(rows.get(rows.size() - 1));
        for (JsonNode row : batch.path("rows")) {
            FeatureTable.Row read =
                    row(row.path(0).asInt(), row.path(1).asInt(), row.path(2).asInt(), offset);
            rows.add(read);
            offset = end(read);
        }
        for (JsonNode failure : batch.path("failed")) {
            failures.add(new FeatureJob.Failure(
                    images.get(failure.path("index").asInt()),
                    failure.path("reason").asText()));
        }
        next = batch.path("next").asInt();
    }

    private FeatureTable.Row row(int index, int height, int width, long offset) {
        return new FeatureTable.Row(images.get(index).toString(), height, width, offset);
    }

    private long end(FeatureTable.Row row) {
        long patches = source.kind() == FeatureKind.DENSE ? (long) row.height() * row.width() : 1;
        return row.offset() + patches * source.dim() * Float.BYTES;
    }

    private ObjectNode header() {
        ObjectNode header = JSON.createObjectNode().put("format", FORMAT);
        source.toMap().forEach(header::put);
        return header.put("images", images.size()).put("list", listFingerprint());
    }

    private String listFingerprint() {
        return Fingerprint.of(
                String.join("\0", images.stream().map(Path::toString).toList()));
    }

    private void requireSameJob(JsonNode found) {
        ObjectNode wanted = header();
        List<String> differences = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : wanted.properties()) {
            String before = found.path(field.getKey()).asText("nothing");
            String now = field.getValue().asText();
            if (!before.equals(now)) {
                differences.add(field.getKey() + " was '" + before + "' and is '" + now + "'");
            }
        }
        if (!differences.isEmpty()) {
            throw new ExportException(log + ": an interrupted run has left this journal, and it is of another job: "
                    + String.join("; ", differences)
                    + ". Repeat that job to finish it, choose another output, or pass --restart to throw it away.");
        }
    }

    /** The first image that is not done. */
    int next() {
        return next;
    }

    List<FeatureJob.Failure> failures() {
        return List.copyOf(failures);
    }

    FeatureTable table() {
        return new FeatureTable(source, values, rows);
    }

    /** Adds a batch; {@code entries} are in the order of the images and leave none out. */
    void append(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        try {
            List<FeatureTable.Row> added = new ArrayList<>();
            List<FeatureJob.Failure> failed = new ArrayList<>();
            ObjectNode line = JSON.createObjectNode();
            line.put("next", entries.get(entries.size() - 1).index() + 1);
            for (Entry entry : entries) {
                if (entry instanceof Entry.Encoded image) {
                    added.add(row(image.index(), image.height(), image.width(), valuesOut.position()));
                    write(valuesOut, floats(image.values()));
                    line.withArray("rows")
                            .addArray()
                            .add(image.index())
                            .add(image.height())
                            .add(image.width());
                } else if (entry instanceof Entry.Unreadable image) {
                    failed.add(new FeatureJob.Failure(images.get(image.index()), image.reason()));
                    line.withArray("failed")
                            .addObject()
                            .put("index", image.index())
                            .put("reason", image.reason());
                }
            }
            valuesOut.force(false);
            line(line.put("bytes", valuesOut.position()));
            rows.addAll(added);
            failures.addAll(failed);
            next = line.path("next").asInt();
        } catch (IOException e) {
            throw new ExportException(values + ": cannot be written: " + Reason.of(e) + ". " + kept(), e);
        }
    }

    /** What a user can do after a failure. */
    String kept() {
        return next == 0
                ? "Nothing was left behind. Free some space or choose another folder, and run it again."
                : next + " of " + images.size() + " images are kept in " + values
                        + "; free some space and run the same command again to go on.";
    }

    private void line(ObjectNode line) throws IOException {
        write(logOut, ByteBuffer.wrap((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8)));
        logOut.force(false);
    }

    private static ByteBuffer floats(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Deletes the journal: the job is done, or cannot be. */
    void remove() {
        removed = true;
    }

    /** Closes the files; a journal without a single batch is deleted. */
    @Override
    public void close() {
        try {
            valuesOut.close();
            logOut.close();
            if (removed || next == 0) {
                Files.deleteIfExists(values);
                Files.deleteIfExists(log);
            }
        } catch (FileSystemException e) {
            throw new ExportException(log + ": cannot be removed: " + Reason.of(e) + ". Delete it by hand.", e);
        } catch (IOException e) {
            throw new ExportException(values + ": cannot be closed: " + Reason.of(e) + ". " + kept(), e);
        }
    }
}
