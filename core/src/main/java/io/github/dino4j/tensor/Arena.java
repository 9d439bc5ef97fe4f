package io.github.dino4j.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Owner of tensors that outlive scopes, such as the weights of a model. Tensors kept here may be read by any thread
 * until {@link #close()} frees them all; closing twice is harmless. Thread-safe.
 */
public final class Arena implements AutoCloseable {
    private final List<Tensor> tensors = new ArrayList<>();
    private boolean closed;

    /** Keeps a tensor alive until this arena closes; returns it. */
    public synchronized Tensor keep(Tensor tensor) {
        if (closed) {
            throw new IllegalStateException("the arena is closed");
        }
        tensor.moveTo(this);
        tensor.handle().retainReference();
        tensors.add(tensor);
        return tensor;
    }

    /** Frees the tensors; using one afterwards is an {@link IllegalStateException}. */
    @Override
    public synchronized void close() {
        closed = true;
        for (Tensor tensor : tensors) {
            tensor.handle().releaseReference();
        }
        tensors.clear();
    }
}
