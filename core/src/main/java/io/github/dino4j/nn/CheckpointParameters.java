package io.github.dino4j.nn;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Weights of a checkpoint under official names. float32 tensors are mapped from the file without a copy. What does not
 * fit is collected, and {@link #finish} reports all of it at once.
 */
public final class CheckpointParameters implements ParameterSource {
    private static final RandomGenerator UNUSED = new java.util.SplittableRandom(0);

    private final StateDict weights;
    private final Arena arena;
    private final Storage storage;
    /** Files are mapped while they are read; afterwards only by the tensors that are views into them. */
    private final Arena loading = new Arena();

    private final Map<Path, Tensor> mappings = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Set<String> stoodIn = new HashSet<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> misshapen = new ArrayList<>();
    private final List<String> notFinite = new ArrayList<>();
    private final List<String> computed = new ArrayList<>();

    /** In which form weights are held in memory. */
    public enum Storage {
        /** Widened to float32 once; a float32 file stays mapped. */
        FLOAT32,
        /** Matrices as the file has them, mapped, widened at each use: half the memory and slower. */
        AS_STORED,
        /** Copied as float32, so that nothing holds the file: for views that pack what is large. */
        COPIED
    }

    public CheckpointParameters(StateDict weights, Arena arena, Storage storage) {
        this.weights = weights;
        this.arena = arena;
        this.storage = storage;
    }

    @Override
    public Tensor take(String name, Init init, long... shape) {
        taken.add(name);
        Optional<StoredTensor> stored = weights.find(name);
        if (stored.isEmpty()) {
            return init instanceof Init.Table table
                    ? compute(name, table, shape)
                    : placeholder(missing, name, name, shape);
        }
        if (!Arrays.equals(stored.get().shape(), shape)) {
            String found = "'" + name + "' is " + Arrays.toString(stored.get().shape()) + ", needed is "
                    + Arrays.toString(shape);
            return placeholder(misshapen, name, found, shape);
        }
        return arena.keep(Scope.tidy(() -> {
            Tensor raw = checked(name, stored.get());
            boolean matrix = shape.length >= 2 && name.endsWith(".weight");
            return switch (storage) {
                case FLOAT32 -> raw.to(DType.F32);
                case AS_STORED -> matrix ? raw : raw.to(DType.F32);
                case COPIED -> raw.dtype() == DType.F32 ? raw.copy() : raw.to(DType.F32);
            };
        }));
    }

    @Override
    public Tensor read(String name, Init init, long... shape) {
        Optional<StoredTensor> stored = weights.find(name);
        if (stored.isEmpty() || !Arrays.equals(stored.get().shape(), shape)) {
            return take(name, init, shape); // which notes what is wrong
        }
        taken.add(name);
        return content(stored.get());
    }

    @Override
    public void notFinite(String name) {
        if (!stoodIn.contains(name)) {
            notFinite.add(name);
        }
    }

    @Override
    public void close() {
        loading.close();
    }

    private Tensor checked(String name, StoredTensor stored) {
        Tensor raw = content(stored);
        if (!raw.isFinite()) {
            notFinite.add(name);
        }
        return raw;
    }

    @Override
    public void alias(String first, String second) {
        weights.names().stream().filter(name -> name.startsWith(second)).forEach(taken::add);
    }

    @Override
    public Tensor keep(Tensor derived) {
        return arena.keep(derived);
    }

    /** Tables that the checkpoint left out and the configuration gave. */
    public List<String> computed() {
        return List.copyOf(computed);
    }

    /**
     * Ends the loading.
     *
     * @param unknown names in the file that are neither of the backbone nor of a head
     * @throws CheckpointException naming every missing, misshapen and unused tensor and every one that is not finite
     */
    public void finish(Path file, String model, List<String> unknown) {
        List<String> unused = new ArrayList<>(unknown);
        weights.names().stream().filter(name -> !taken.contains(name)).forEach(unused::add);
        List<String> problems = new ArrayList<>();
        report(problems, "missing", missing);
        report(problems, "of another shape", misshapen);
        report(problems, "not part of the model", unused);
        report(problems, "with NaN or infinite values", notFinite);
        if (!problems.isEmpty()) {
            String way = missing.isEmpty() && misshapen.isEmpty() && unused.isEmpty()
                    ? "The file is damaged or comes from a run that diverged; get it again."
                    : "Nothing was loaded. If the file belongs to another model, name it with --model (see dino4j models).";
            throw new CheckpointException(
                    file + ": does not fit " + model + ":\n  " + String.join("\n  ", problems) + "\n" + way);
        }
    }

    private static void report(List<String> problems, String what, List<String> names) {
        if (!names.isEmpty()) {
            problems.add(names.size() + " tensors " + what + ": " + String.join(", ", names));
        }
    }

    /** Stands in for what cannot be loaded, so that the rest can be checked; {@link #finish} then fails. */
    private Tensor placeholder(List<String> list, String name, String text, long[] shape) {
        stoodIn.add(name);
        list.add(text);
        return arena.keep(Tensor.empty(DType.F32, Device.CPU, shape)); // never touched, so it takes no memory
    }

    private Tensor compute(String name, Init.Table table, long[] shape) {
        computed.add(name);
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        table.fill(values, UNUSED);
        return arena.keep(Tensor.of(values, shape));
    }

    private Tensor content(StoredTensor stored) {
        if (stored instanceof StoredTensor.InFile file
                && file.elements() > 0
                && file.offset() % file.dtype().bytes() == 0) {
            return mapping(file.file()).reinterpret(file.offset(), file.dtype(), file.shape(), file.strides());
        }
        return Tensor.of(stored.toBytes(), stored.dtype(), stored.shape());
    }

    /** The file's bytes. For copies each tensor maps it anew, so that no more of it is resident than one tensor. */
    private Tensor mapping(Path file) {
        if (storage == Storage.COPIED) {
            return Tensor.map(file);
        }
        return mappings.computeIfAbsent(file, path -> loading.keep(Tensor.map(path)));
    }
}
