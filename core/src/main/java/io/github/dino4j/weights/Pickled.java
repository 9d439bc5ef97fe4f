package io.github.dino4j.weights;

import io.github.dino4j.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The classes and functions a pickle may name, and what stands for each: data, never code. */
sealed interface Pickled {
    /** Functions that put a tensor together; the unpickler knows what each does. */
    enum Function implements Pickled {
        REBUILD_TENSOR,
        REBUILD_TENSOR_V2,
        REBUILD_TENSOR_V3,
        REBUILD_PARAMETER,
        REBUILD_PARAMETER_WITH_STATE,
        REBUILD_FROM_TYPE,
        /** Makes an ordered dict or a dict. */
        DICT,
        /** Makes a list from one iterable: tuple, list, set, torch.Size. */
        SEQUENCE,
        /** Bytes that protocol 2 writes as Latin-1 text. */
        ENCODE,
        /** A class whose objects are kept as a map of their fields, argparse.Namespace. */
        RECORD,
        /** A value of no use here, kept as its arguments: numpy scalars and dtypes, torch.device. */
        INERT,
        /** torch.Tensor and torch.nn.Parameter, named as the type of a rebuilt tensor. */
        TENSOR_TYPE
    }

    /** A torch storage class; {@code dtype} is that of its elements. */
    record StorageType(DType dtype) implements Pickled {}

    /** torch.float32 and its kind. */
    record Type(DType dtype) implements Pickled {}

    /** Values of a storage, named in the pickle and stored outside of it. */
    record Storage(DType dtype, String key, long elements, long skipped) implements Pickled {}

    Map<String, Function> FUNCTIONS = Map.ofEntries(
            Map.entry("torch._utils._rebuild_tensor", Function.REBUILD_TENSOR),
            Map.entry("torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR_V2),
            Map.entry("torch._utils._rebuild_tensor_v3", Function.REBUILD_TENSOR_V3),
            Map.entry("torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER),
            Map.entry("torch._utils._rebuild_parameter_with_state", Function.REBUILD_PARAMETER_WITH_STATE),
            Map.entry("torch._tensor._rebuild_from_type_v2", Function.REBUILD_FROM_TYPE),
            Map.entry("torch.Tensor", Function.TENSOR_TYPE),
            Map.entry("torch.nn.parameter.Parameter", Function.TENSOR_TYPE),
            Map.entry("torch.nn.parameter.Buffer", Function.TENSOR_TYPE),
            Map.entry("collections.OrderedDict", Function.DICT),
            Map.entry("builtins.dict", Function.DICT),
            Map.entry("__builtin__.dict", Function.DICT),
            Map.entry("torch.Size", Function.SEQUENCE),
            Map.entry("builtins.set", Function.SEQUENCE),
            Map.entry("__builtin__.set", Function.SEQUENCE),
            Map.entry("builtins.frozenset", Function.SEQUENCE),
            Map.entry("__builtin__.frozenset", Function.SEQUENCE),
            Map.entry("builtins.list", Function.SEQUENCE),
            Map.entry("builtins.tuple", Function.SEQUENCE),
            Map.entry("_codecs.encode", Function.ENCODE),
            Map.entry("argparse.Namespace", Function.RECORD),
            Map.entry("torch.device", Function.INERT),
            Map.entry("numpy.dtype", Function.INERT),
            Map.entry("numpy.core.multiarray.scalar", Function.INERT),
            Map.entry("numpy._core.multiarray.scalar", Function.INERT));

    Map<String, DType> STORAGES = Map.ofEntries(
            Map.entry("DoubleStorage", DType.F64),
            Map.entry("FloatStorage", DType.F32),
            Map.entry("HalfStorage", DType.F16),
            Map.entry("BFloat16Storage", DType.BF16),
            Map.entry("LongStorage", DType.I64),
            Map.entry("IntStorage", DType.I32),
            Map.entry("ShortStorage", DType.I16),
            Map.entry("CharStorage", DType.I8),
            Map.entry("ByteStorage", DType.U8),
            Map.entry("BoolStorage", DType.BOOL),
            Map.entry("UntypedStorage", DType.U8));

    Map<String, DType> TYPES = Map.ofEntries(
            Map.entry("float64", DType.F64),
            Map.entry("float32", DType.F32),
            Map.entry("float16", DType.F16),
            Map.entry("bfloat16", DType.BF16),
            Map.entry("int64", DType.I64),
            Map.entry("int32", DType.I32),
            Map.entry("int16", DType.I16),
            Map.entry("int8", DType.I8),
            Map.entry("uint8", DType.U8),
            Map.entry("bool", DType.BOOL));

    Set<String> STORAGE_MODULES = Set.of("torch", "torch.cuda", "torch.storage");

    /** What a name stands for, or null: then the pickle is refused. */
    static @Nullable Pickled find(String module, String name) {
        Function function = FUNCTIONS.get(module + "." + name);
        if (function != null) {
            return function;
        }
        DType storage = STORAGE_MODULES.contains(module) ? STORAGES.get(name) : null;
        if (storage != null) {
            return new StorageType(storage);
        }
        DType type = module.equals("torch") ? TYPES.get(name) : null;
        return type == null ? null : new Type(type);
    }

    /** Something that has no meaning here, a numpy scalar for example. Equal to itself only. */
    final class Opaque implements Pickled {
        private final List<Object> parts;

        Opaque(List<Object> parts) {
            this.parts = parts;
        }

        List<Object> parts() {
            return parts;
        }

        @Override
        public String toString() {
            return "opaque";
        }
    }

    /** The fields of an object that is kept as data. */
    final class Fields extends LinkedHashMap<Object, Object> implements Pickled {}
}
