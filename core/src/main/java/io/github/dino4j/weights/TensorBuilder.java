package io.github.dino4j.weights;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.Pickled.Function;
import io.github.dino4j.weights.Pickled.Storage;
import io.github.dino4j.weights.Pickled.StorageType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the calls of a torch.save pickle mean: tensors as descriptions of where their values lie. */
final class TensorBuilder {
    private static final int MAX_AXES = 64;

    /** A view that repeats values (stride 0) may be larger than its storage, but not without bound. */
    private static final long MAX_REPEATED_BYTES = 256L << 20;

    private final Path file;
    private final Storages storages;

    /** Finds the values of a storage. */
    interface Storages {
        /** Bytes from the start of the file to the first element; an error if the storage is not all there. */
        long offset(Storage storage) throws IOException;
    }

    TensorBuilder(Path file, Storages storages) {
        this.file = file;
        this.storages = storages;
    }

    /** A persistent id: ("storage", type, key, device, elements[, view]) with view = (key, first element, elements). */
    Storage storage(Object id) {
        if (id instanceof List<?> parts
                && parts.size() >= 5
                && parts.get(0).equals("storage")
                && parts.get(1) instanceof StorageType type
                && parts.get(2) instanceof String key
                && parts.get(4) instanceof Long elements) {
            if (parts.size() > 5 && parts.get(5) instanceof List<?> view && view.size() == 3) {
                return new Storage(type.dtype(), key, natural(view.get(2)), natural(view.get(1)));
            }
            return new Storage(type.dtype(), key, natural(elements), 0);
        }
        throw bad("refers to something that is no tensor storage");
    }

    Object call(Object callee, List<Object> arguments) throws IOException {
        if (!(callee instanceof Function function)) {
            throw bad("calls something that is no function");
        }
        return switch (function) {
            case REBUILD_TENSOR -> tensor(arguments, 4);
            case REBUILD_TENSOR_V2 -> tensor(arguments, 6);
            case REBUILD_TENSOR_V3 -> tensor(arguments, 7);
            case REBUILD_PARAMETER, REBUILD_PARAMETER_WITH_STATE -> argument(arguments, 0, StoredTensor.class);
            case REBUILD_FROM_TYPE -> rebuiltFromType(arguments);
            case DICT -> dict(arguments);
            case SEQUENCE -> arguments.isEmpty() ? new ArrayList<Object>() : sequence(arguments.get(0));
            case ENCODE -> argument(arguments, 0, String.class).getBytes(StandardCharsets.ISO_8859_1);
            case RECORD -> new Pickled.Fields();
            case INERT -> new Pickled.Opaque(arguments);
            case TENSOR_TYPE -> throw refuse("torch.Tensor");
        };
    }

    CheckpointException refuse(String name) {
        return new CheckpointException(file + ": the pickle calls '" + name + "'; Dino4J builds tensors only and ran"
                + " nothing. Re-save it with torch.save(model.state_dict(), ...) or as .safetensors.");
    }

    /** (storage, first element, size, strides[, requires_grad, hooks[, dtype]]) */
    private StoredTensor tensor(List<Object> arguments, int needed) throws IOException {
        if (arguments.size() < needed) {
            throw bad("rebuilds a tensor from " + arguments.size() + " values, " + needed + " are needed");
        }
        Storage storage = argument(arguments, 0, Storage.class);
        DType dtype = storage.dtype();
        long stored = storage.elements();
        if (needed == 7) { // version 3: an untyped storage, counted in bytes
            dtype = argument(arguments, 6, Pickled.Type.class).dtype();
            stored = storage.elements() * storage.dtype().bytes() / dtype.bytes();
        }
        long first = natural(arguments.get(1));
        long[] shape = naturals(arguments.get(2));
        long[] strides = naturals(arguments.get(3));
        checkInside(storage, dtype, stored, first, shape, strides);
        long offset = storages.offset(storage);
        return new StoredTensor.InFile(file, offset + first * dtype.bytes(), dtype, shape, strides);
    }

    private void checkInside(Storage storage, DType dtype, long stored, long first, long[] shape, long[] strides) {
        if (shape.length != strides.length || shape.length > MAX_AXES) {
            throw bad("rebuilds a tensor with " + shape.length + " sizes and " + strides.length + " strides");
        }
        try {
            long bytes = Math.multiplyExact(Shapes.elements(shape), dtype.bytes());
            long last = first;
            for (int axis = 0; axis < shape.length; axis++) {
                last = Math.addExact(last, Math.multiplyExact(Math.max(shape[axis] - 1, 0), strides[axis]));
            }
            if (bytes > 0 && last >= stored) {
                throw bad("has a tensor " + dtype + Shapes.text(shape) + " that needs " + (last + 1)
                        + " elements of storage '" + storage.key() + "', which has " + stored);
            }
            if (bytes > MAX_REPEATED_BYTES && bytes / dtype.bytes() > stored) {
                throw bad("repeats the " + stored + " elements of storage '" + storage.key() + "' to a tensor of "
                        + bytes + " bytes");
            }
        } catch (ArithmeticException e) {
            throw bad("has a tensor of the impossible shape " + Shapes.text(shape));
        }
    }

    /** (function, type, arguments, state): a tensor with attributes, which say nothing about its values. */
    private Object rebuiltFromType(List<Object> arguments) throws IOException {
        Function function = argument(arguments, 0, Function.class);
        boolean builds = function == Function.REBUILD_TENSOR_V2
                || function == Function.REBUILD_TENSOR_V3
                || function == Function.REBUILD_PARAMETER;
        if (!builds || arguments.size() < 3 || !(arguments.get(2) instanceof List<?> inner)) {
            throw bad("rebuilds a tensor by '" + function + "'");
        }
        return call(function, List.copyOf(inner));
    }

    private Map<Object, Object> dict(List<Object> arguments) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        if (!arguments.isEmpty()) { // pairs, as Python 2 wrote them
            for (Object pair : sequence(arguments.get(0))) {
                if (!(pair instanceof List<?> entry) || entry.size() != 2 || !(entry.get(0) instanceof String key)) {
                    throw bad("makes a dict of something that is no list of pairs");
                }
                dict.put(key, entry.get(1));
            }
        }
        return dict;
    }

    private List<Object> sequence(Object value) {
        if (!(value instanceof List<?> list)) {
            throw bad("makes a list of something that is none");
        }
        return new ArrayList<>(list);
    }

    private <T> T argument(List<Object> arguments, int index, Class<T> type) {
        if (arguments.size() <= index || !type.isInstance(arguments.get(index))) {
            throw bad("calls a function without the " + type.getSimpleName() + " that it needs");
        }
        return type.cast(arguments.get(index));
    }

    private long[] naturals(Object value) {
        List<Object> list = sequence(value);
        long[] numbers = new long[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = natural(list.get(i));
        }
        return numbers;
    }

    private long natural(Object value) {
        if (value instanceof Long number && number >= 0) {
            return number;
        }
        throw bad("has '" + (value instanceof Number ? value : value.getClass().getSimpleName())
                + "' where a size belongs");
    }

    private CheckpointException bad(String what) {
        return new CheckpointException(file + ": the pickle in it " + what
                + ". The file is damaged or was not written by torch.save; fetch it again.");
    }
}
