package io.github.dino4j.predict;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine keeps settings and working memory for each thread of the system. A virtual thread may change the one that
 * carries it in the middle of a pass, so its calls are handed to a platform thread, and it waits.
 */
final class PlatformThreads {
    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "dino4j-call");
        thread.setDaemon(true);
        return thread;
    });

    private PlatformThreads() {}

    /** Java 21 has virtual threads, Java 17 has not. */
    private static @Nullable MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }

    static boolean isVirtual(Thread thread) {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a call on a platform thread and gives back what it gives, or throws what it throws. */
    static <R> R call(Supplier<R> call) {
        try {
            return THREADS.submit(call::get).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the model", e);
        }
    }
}
