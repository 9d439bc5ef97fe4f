package io.github.dino4j.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.javacpp.Pointer;

/** A oneDNN primitive with its arguments, whose addresses are set before each run. Belongs to one thread. */
final class Kernel implements AutoCloseable {
    private final Onednn onednn;
    private final primitive work;
    private final IntMemoryMap arguments = Onednn.held(new IntMemoryMap());
    private final Map<Integer, memory> memories = new HashMap<>();
    private final Address address = new Address();

    Kernel(Onednn onednn, primitive work) {
        this.onednn = onednn;
        this.work = Onednn.held(work);
    }

    /** Declares an argument. */
    Kernel with(int argument, memory.desc layout) {
        memory place = Onednn.held(new memory(layout, onednn.cpu, Address.NONE));
        memories.put(argument, place);
        arguments.put(argument, place);
        return this;
    }

    /** Says where an argument lies. */
    Kernel at(int argument, long place) {
        memory declared = memories.get(argument);
        if (declared == null) {
            throw new IllegalStateException("the kernel has no argument " + argument);
        }
        address.set(place);
        declared.set_data_handle(address);
        return this;
    }

    /**
     * Runs it; a profile counts it under this name.
     *
     * @throws TensorException if oneDNN refuses, with the name and the shapes
     */
    void run(String name, long macs) {
        try {
            if (Profile.isOn()) {
                long start = System.nanoTime();
                work.execute(onednn.queue, arguments);
                Profile.record(name, System.nanoTime() - start, macs);
            } else {
                work.execute(onednn.queue, arguments);
            }
        } catch (RuntimeException e) {
            throw Native.failure(name, shapes(), e);
        }
    }

    /** Of all arguments, those of the operation first. */
    private String shapes() {
        List<String> shapes = new ArrayList<>();
        new TreeMap<>(memories).values().forEach(place -> {
            memory.desc layout = place.get_desc();
            long[] sizes = new long[layout.get_ndims()];
            layout.get_dims().get(sizes);
            shapes.add(Arrays.toString(sizes));
        });
        return String.join(" x ", shapes);
    }

    @Override
    public void close() {
        arguments.releaseReference();
        memories.values().forEach(Pointer::releaseReference);
        work.releaseReference();
    }

    /** A pointer that can be moved, so that a run makes no objects. */
    private static final class Address extends Pointer {
        /** DNNL_MEMORY_NONE: no memory yet. */
        static final Address NONE = new Address();

        void set(long place) {
            address = place;
        }
    }
}
