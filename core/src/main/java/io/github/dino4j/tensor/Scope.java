package io.github.dino4j.tensor;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.jspecify.annotations.Nullable;

/**
 * Life of the tensors that a thread makes: all of them end when the scope closes, but for those given to
 * {@link #keep(Tensor)} (they move to the enclosing scope) or to an {@link Arena}.
 *
 * <p>Scopes nest and belong to one thread: close them in the order opposite to opening, by try-with-resources. Making a
 * tensor without an open scope is an error, so nothing waits for the garbage collector and native memory stays flat.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<@Nullable Scope> CURRENT = new ThreadLocal<>();

    private final Thread thread = Thread.currentThread();
    private final @Nullable Scope outer;
    private final PointerScope pointers;
    private final @Nullable NoGradGuard noGrad;
    private final int threads;
    private boolean closed;

    private Scope(boolean inference, boolean tiled) {
        outer = CURRENT.get();
        threads = tiled ? 1 : outer == null ? Engine.threads() : outer.threads;
        Engine.enter(threads);
        pointers = new PointerScope();
        noGrad = inference ? new NoGradGuard() : null;
        CURRENT.set(this);
    }

    /** Opens a scope inside the thread's current one. Gradients are recorded as outside. */
    public static Scope open() {
        return new Scope(false, false);
    }

    /** Opens a scope in which no gradients are recorded. */
    public static Scope inference() {
        return new Scope(true, false);
    }

    /**
     * Opens a scope for the pass of a packed model: no gradients are recorded, and an operation runs on the calling
     * thread alone, since the tiles of packed layers have all threads.
     */
    public static Scope tiled() {
        return new Scope(true, true);
    }

    /** Runs {@code body} in a scope of its own and keeps its result in the enclosing scope. */
    public static Tensor tidy(Supplier<Tensor> body) {
        try (Scope scope = open()) {
            return scope.keep(body.get());
        }
    }

    /**
     * Moves a tensor to the enclosing scope, so that it outlives this one; returns it.
     *
     * @throws IllegalStateException if there is no enclosing scope: copy the values out, or give it to an arena
     */
    public Tensor keep(Tensor tensor) {
        if (outer == null) {
            throw new IllegalStateException("this is the outermost scope, a tensor cannot outlive it:"
                    + " read its values (toFloats) inside, or keep it in an Arena");
        }
        outer.adopt(tensor);
        return tensor;
    }

    /** Moves a tensor of a scope inside this one here, so that it lives as long as this scope; returns it. */
    public Tensor adopt(Tensor tensor) {
        if (tensor.moveTo(this)) {
            pointers.attach(tensor.handle());
        }
        return tensor;
    }

    /** Whether operations of this thread are recorded for gradients. */
    public static boolean isLearning() {
        Native.ready();
        return GradMode.is_enabled();
    }

    void release(Tensor tensor) {
        pointers.detach(tensor.handle());
    }

    /** The thread's innermost open scope. */
    static Scope current() {
        Scope scope = CURRENT.get();
        if (scope == null) {
            throw new IllegalStateException(
                    "no scope is open on thread '" + Thread.currentThread().getName()
                            + "': wrap the work in try (Scope scope = Scope.inference()) { ... }");
        }
        return scope;
    }

    boolean encloses(Scope inner) {
        for (Scope s = inner; s != null; s = s.outer) {
            if (s == this) {
                return true;
            }
        }
        return false;
    }

    /** Frees every tensor made in this scope and not kept. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (Thread.currentThread() != thread || CURRENT.get() != this) {
            throw new IllegalStateException("a scope is closed by the thread that opened it, innermost first");
        }
        closed = true;
        CURRENT.set(outer);
        if (outer == null) {
            CURRENT.remove();
        } else {
            Engine.enter(outer.threads);
        }
        if (noGrad != null) {
            noGrad.close();
        }
        pointers.close();
    }
}
