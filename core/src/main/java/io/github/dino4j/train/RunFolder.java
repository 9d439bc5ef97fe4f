package io.github.dino4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.export.Atomically;
import io.github.dino4j.export.Library;
import io.github.dino4j.export.Reason;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.CheckpointException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder of one run: {@code run.json} says what it is, {@code metrics.jsonl} and {@code metrics.csv} what it measured,
 * {@code checkpoints/last.safetensors} and {@code checkpoints/best-ITERATION.safetensors} where it was, {@code events/} the
 * same for TensorBoard; beside them pictures, a report, and in the end what the task exports. A folder that holds a run is
 * never overwritten.
 */
final class RunFolder {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path folder;
    private final RunDescription description;

    private RunFolder(Path folder, RunDescription description) {
        this.folder = folder;
        this.description = description;
    }

    /**
     * Makes the folder of a new run; it holds one when {@link #begin} has said so.
     *
     * @throws TrainingException if it holds a run already, or cannot be written
     */
    static RunFolder create(Path folder, RunDescription description) {
        if (Files.exists(folder.resolve("run.json"))) {
            throw new TrainingException(
                    folder + ": holds a run already. Resume it (resume), or choose another folder for a new one.");
        }
        try {
            Files.createDirectories(folder.resolve("checkpoints"));
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
        return new RunFolder(folder, description);
    }

    /**
     * Writes {@code run.json}; comes after the first checkpoint, so that a folder with this file can be resumed.
     *
     * @param about texts that it shall carry, such as the command
     */
    void begin(TrainingPlan plan, Map<String, String> about) {
        ObjectNode json = JSON.createObjectNode();
        json.put("format", "dino4j training run 1");
        json.put("task", description.fixed().get("task"));
        json.put("library", Library.title());
        json.put("java", Runtime.version().toString());
        json.put("system", System.getProperty("os.name") + ", " + System.getProperty("os.arch"));
        json.put("started", Instant.now().toString());
        json.set("about", JSON.valueToTree(about));
        json.set("run", JSON.valueToTree(description.fixed()));
        json.put("fingerprint", description.fingerprint());
        ObjectNode free = json.putObject("changes nothing");
        free.put("best checkpoints kept", plan.best());
        free.put("checkpoint every", plan.checkpointEvery().toString());
        free.put("checkpoint iterations", plan.checkpointIterations());
        free.put("decode threads", plan.decodeThreads());
        try {
            byte[] text = JSON.writeValueAsBytes(json);
            Atomically.write(folder.resolve("run.json"), temporary -> Files.write(temporary, text));
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    private static TrainingException unwritable(Path folder, IOException e) {
        return new TrainingException(
                folder + ": no run can be kept here: " + Reason.of(e)
                        + ". Choose a folder that can be written, with room for the checkpoints.",
                e);
    }

    /**
     * The folder of an interrupted run.
     *
     * @throws TrainingException if it holds none, or one of another task or plan, naming what differs
     */
    static RunFolder existing(Path folder, RunDescription description) {
        Path file = folder.resolve("run.json");
        if (!Files.exists(file)) {
            throw new TrainingException(
                    folder + ": holds no run to resume (there is no run.json). Start one with run.");
        }
        Map<String, String> before = new LinkedHashMap<>();
        try {
            JsonNode json = JSON.readTree(file.toFile());
            json.path("run")
                    .properties()
                    .forEach(
                            field -> before.put(field.getKey(), field.getValue().asText()));
        } catch (IOException e) {
            throw new TrainingException(file + ": cannot be read: " + Reason.of(e), e);
        }
        List<String> differences = description.differences(before);
        if (!differences.isEmpty()) {
            throw new TrainingException(folder + ": is the folder of another run: " + String.join("; ", differences)
                    + ". Resume it with what it was started with, or start a new run in another folder.");
        }
        return new RunFolder(folder, description);
    }

    Path path() {
        return folder;
    }

    Map<String, String> settings() {
        return description.fixed();
    }

    MetricsLog log() {
        return new MetricsLog(folder);
    }

    EventFile events(long start) {
        return new EventFile(folder.resolve("events"), start);
    }

    Path last() {
        return folder.resolve("checkpoints").resolve("last.safetensors");
    }

    Path best(long iteration) {
        return folder.resolve("checkpoints").resolve(bestName(iteration));
    }

    private static String bestName(long iteration) {
        return "best-%08d.safetensors".formatted(iteration);
    }

    /**
     * Writes the last checkpoint; where it is among the best it gets a second name, and only when both are on the disk those
     * that are no longer among the best go.
     *
     * @throws TrainingException if the disk is full or the folder is closed to us; the checkpoints before stay
     */
    void checkpoint(Map<String, Tensor> state, Progress progress, TrainingPlan plan) {
        try {
            Snapshots.write(
                    last(),
                    state,
                    progress,
                    description.fingerprint(),
                    description.fixed().getOrDefault("task", ""));
            tidy(progress, plan);
        } catch (CheckpointException e) {
            throw new TrainingException(
                    e.getMessage() + " The checkpoint before is unchanged; resume the run from it.", e);
        } catch (IOException e) {
            throw new TrainingException(
                    folder + ": the best checkpoints cannot be kept: " + Reason.of(e)
                            + ". The last one is safe; make room or give permission, then resume.",
                    e);
        }
    }

    /**
     * Refuses a run whose checkpoints will not fit on the disk, before it has worked for hours. Counted are the last one, the one
     * that is being written beside it, and the best.
     *
     * @throws TrainingException if there is less room; the message has both figures
     */
    void requireRoom(Map<String, Tensor> state, TrainingPlan plan) {
        long checkpoint = state.values().stream()
                .mapToLong(tensor -> tensor.elements() * tensor.dtype().bytes())
                .sum();
        try {
            requireRoom(
                    folder,
                    checkpoint,
                    2 + plan.best(),
                    Files.getFileStore(folder).getUsableSpace());
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    static void requireRoom(Path folder, long checkpoint, int count, long free) {
        if (checkpoint * count > free) {
            throw new TrainingException(String.format(
                    Locale.ROOT,
                    "%s: the run's checkpoints take %d times %.1f MB, the disk has %.1f MB left. Make room, keep fewer of the"
                            + " best (training.keep_best), or choose a folder on another disk.",
                    folder,
                    count,
                    checkpoint / 1e6,
                    free / 1e6));
        }
    }

    /** Makes the files of the best checkpoints those of the progress that the last checkpoint holds. */
    void tidy(Progress progress, TrainingPlan plan) throws IOException {
        List<Progress.Kept> kept =
                progress.best().subList(0, Math.min(plan.best(), progress.best().size()));
        for (Progress.Kept one : kept) {
            Path file = best(one.iteration());
            if (one.iteration() == progress.iteration() && !Files.exists(file)) {
                link(last(), file);
            }
        }
        Path checkpoints = folder.resolve("checkpoints");
        sync(checkpoints);
        Set<String> names = kept.stream().map(one -> bestName(one.iteration())).collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(checkpoints)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.matches("best-\\d+\\.safetensors") && !names.contains(name)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A second name of the same bytes, or a copy where the file system has no links. */
    private static void link(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (UnsupportedOperationException | FileSystemException e) {
            Atomically.write(to, temporary -> Files.copy(from, temporary));
        }
    }

    /** Names are on the disk only when their folder is; systems that cannot do this do it by themselves. */
    private static void sync(Path checkpoints) {
        try (FileChannel channel = FileChannel.open(checkpoints, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows opens no folders
        }
    }

    /** Where the last checkpoint is. */
    Progress progress() {
        if (!Files.exists(last())) {
            throw new TrainingException(
                    last() + ": is missing, so there is nothing to resume from. Copy one of the best"
                            + " checkpoints to this name, or start again in another folder.");
        }
        return Snapshots.progress(last(), description.fingerprint());
    }
}
