package io.github.dino4j.nn;

import io.github.dino4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Tables that depend on an image size alone, such as rotary angles and resampled positions, kept as Java arrays: the
 * least recently used go when all together pass 64 MB. Thread-safe.
 */
final class TableCache {
    private static final long MOST_VALUES = 16 << 20;

    private final Map<Object, Table> tables = new LinkedHashMap<>(16, 0.75f, true);
    private long values;

    @SuppressWarnings("ArrayRecordComponent") // never leaves this class, never compared
    private record Table(float[] values, long[] shape) {}

    /** The float32 table of this shape as a tensor of the current scope. */
    Tensor get(Object shape, Supplier<Tensor> compute) {
        Table known = find(shape);
        if (known != null) {
            return Tensor.of(known.values, known.shape);
        }
        Tensor computed = compute.get();
        if (computed.elements() <= MOST_VALUES / 4) {
            put(shape, new Table(computed.toFloats(), computed.shape()));
        }
        return computed;
    }

    private synchronized @org.jspecify.annotations.Nullable Table find(Object shape) {
        return tables.get(shape);
    }

    private synchronized void put(Object shape, Table table) {
        Table before = tables.put(shape, table);
        values += table.values.length - (before == null ? 0 : before.values.length);
        while (values > MOST_VALUES) {
            Map.Entry<Object, Table> oldest = tables.entrySet().iterator().next();
            values -= oldest.getValue().values.length;
            tables.remove(oldest.getKey());
        }
    }
}
