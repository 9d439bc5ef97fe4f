package io.github.dino4j.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.export.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a run measured, a line each: {@code metrics.jsonl} with all digits, and {@code metrics.csv} as a table of iteration,
 * epoch, name and value. Lines reach the system at once, so that a killed process loses none, and the disk before each
 * checkpoint. An iteration is the number of updates done. One process at a time may hold a log. For the trainer's thread.
 */
final class MetricsLog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HEADER = "iteration,epoch,name,value\n";

    private final Path file;
    private final RandomAccessFile lines;
    private final RandomAccessFile table;
    private final FileLock lock;

    /**
     * Opens the logs of a folder, new ones or those of an interrupted run.
     *
     * @throws TrainingException if another process holds them, or they cannot be written
     */
    MetricsLog(Path folder) {
        file = folder.resolve("metrics.jsonl");
        try {
            lines = new RandomAccessFile(file.toFile(), "rw");
            table = new RandomAccessFile(folder.resolve("metrics.csv").toFile(), "rw");
            lock = lock();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private FileLock lock() throws IOException {
        try {
            FileLock held = lines.getChannel().tryLock();
            if (held != null) {
                return held;
            }
        } catch (OverlappingFileLockException e) {
            // the same answer as for another process
        }
        lines.close();
        table.close();
        throw new TrainingException(
                file.getParent() + ": a run is at work in this folder. Wait for it, or choose another folder.");
    }

    /**
     * Drops what came after so many updates, and a last line that was cut off.
     *
     * @param kept gets each line that stays
     */
    void cut(long iteration, Consumer<JsonNode> kept) {
        try {
            List<String> all = Files.readAllLines(file, StandardCharsets.UTF_8);
            List<JsonNode> nodes = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (String line : all) {
                JsonNode node = parse(line);
                if (node == null || node.path("iteration").asLong(Long.MAX_VALUE) > iteration) {
                    break;
                }
                nodes.add(node);
                text.append(line).append('\n');
            }
            restart(lines, text.toString());
            StringBuilder rows = new StringBuilder(HEADER);
            nodes.forEach(node -> rows.append(rows(node)));
            restart(table, rows.toString());
            nodes.forEach(kept);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static void restart(RandomAccessFile out, String text) throws IOException {
        out.setLength(0);
        out.seek(0);
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** Notes an update. */
    JsonNode step(long done, int epoch, Learner.Update update, double seconds) {
        ObjectNode line = line("step", done, epoch);
        line.put("loss", update.losses().total());
        ObjectNode parts = line.putObject("parts");
        update.losses().parts().forEach(parts::put);
        line.put("rate", update.settings().rate());
        line.put("norm", update.norm());
        line.put("seconds", seconds);
        append(line);
        return line;
    }

    /** Notes an evaluation. */
    JsonNode evaluation(long done, int epoch, Scores scores) {
        ObjectNode line = line("evaluation", done, epoch);
        ObjectNode values = line.putObject("scores");
        scores.values().forEach(values::put);
        append(line);
        return line;
    }

    private static ObjectNode line(String kind, long done, int epoch) {
        return JSON.createObjectNode().put("kind", kind).put("iteration", done).put("epoch", epoch);
    }

    private void append(ObjectNode line) {
        try {
            lines.write((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
            table.write(rows(line).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static String rows(JsonNode line) {
        StringBuilder rows = new StringBuilder();
        String place =
                line.path("iteration").asText() + "," + line.path("epoch").asText() + ",";
        for (Map.Entry<String, JsonNode> field : line.properties()) {
            switch (field.getKey()) {
                case "kind", "iteration", "epoch" -> {}
                case "parts", "scores" ->
                    field.getValue().properties().forEach(value -> row(rows, place, value.getKey(), value.getValue()));
                default -> row(rows, place, field.getKey(), field.getValue());
            }
        }
        return rows.toString();
    }

    private static void row(StringBuilder rows, String place, String name, JsonNode value) {
        String quoted = name.matches(".*[,\"\r\n].*") ? '"' + name.replace("\"", "\"\"") + '"' : name;
        rows.append(place).append(quoted).append(',').append(value.asText()).append('\n');
    }

    /** Brings all lines to the disk. */
    void sync() {
        try {
            lines.getFD().sync();
            table.getFD().sync();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private TrainingException failed(IOException e) {
        return new TrainingException(
                file + ": cannot be written: " + Reason.of(e)
                        + ". The last checkpoint is unchanged; make room or give permission, then resume.",
                e);
    }

    @Override
    public void close() {
        try {
            lock.release();
            lines.close();
            table.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
