package io.github.dino4j.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that share the tiles of a packed pass. A caller hands over tasks and works on them itself; idle helpers
 * take tasks one by one, so that a core which somebody else is using takes fewer. (OpenMP splits evenly and waits for
 * the slowest.)
 *
 * <p>As many helpers work as {@link Engine#threads()} leaves beside the callers: with as many callers as threads, each
 * works alone. Tasks run without gradients; a scope of their own is open in each.
 */
final class Team {
    /** Looks for work this long before it sleeps: longer than the gaps within a pass, shorter than anybody minds. */
    private static final long SPIN_NANOS = 200_000;

    private static final AtomicInteger CALLERS = new AtomicInteger();
    private static final AtomicInteger HELPING = new AtomicInteger();
    private static final AtomicReference<@Nullable Job> OPEN = new AtomicReference<>();
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

    private static volatile Helper[] helpers = {};

    private Team() {}

    /**
     * Runs tasks 0 to {@code count - 1}, each once, on this thread and idle helpers; returns when all are done. From
     * within a task it runs them in line.
     *
     * @throws RuntimeException the first failure of a task
     */
    static void run(int count, IntConsumer task) {
        if (count <= 1 || Engine.threads() == 1 || INSIDE.get()) {
            for (int i = 0; i < count; i++) {
                tile(task, i);
            }
            return;
        }
        Job job = new Job(count, task);
        CALLERS.incrementAndGet();
        INSIDE.set(true);
        try {
            offer(job);
            job.work();
            OPEN.compareAndSet(job, null);
            job.await();
        } finally {
            INSIDE.set(false);
            CALLERS.decrementAndGet();
        }
        if (job.failure != null) {
            throw rethrown(job.failure);
        }
    }

    private static void tile(IntConsumer task, int index) {
        try (Scope scope = Scope.tiled()) {
            task.accept(index);
        }
    }

    private static void offer(Job job) {
        int wanted = Engine.threads() - 1;
        if (helpers.length < wanted) {
            hire(wanted);
        }
        if (HELPING.get() + CALLERS.get() < Engine.threads() + 1) {
            OPEN.set(job);
            Helper[] all = helpers;
            for (int i = 0; i < Math.min(wanted, job.count - 1); i++) {
                if (all[i].asleep) {
                    LockSupport.unpark(all[i]);
                }
            }
        }
    }

    private static synchronized void hire(int wanted) {
        Helper[] all = java.util.Arrays.copyOf(helpers, Math.max(wanted, helpers.length));
        for (int i = helpers.length; i < all.length; i++) {
            all[i] = new Helper(i);
            all[i].start();
        }
        helpers = all;
    }

    private static RuntimeException rethrown(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    /** Tasks that are handed out one by one. */
    private static final class Job {
        final int count;
        private final IntConsumer task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        volatile @Nullable Throwable failure;

        Job(int count, IntConsumer task) {
            this.count = count;
            this.task = task;
        }

        boolean hasWork() {
            return next.get() < count;
        }

        void work() {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                try {
                    if (failure == null) {
                        tile(task, i);
                    }
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    done.incrementAndGet();
                }
            }
        }

        @SuppressWarnings("ThreadPriorityCheck") // a hint for the moment when threads are more than cores
        void await() {
            for (int spins = 0; done.get() < count; spins++) {
                if (spins < 2000) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield(); // the helper may be waiting for this very core
                }
            }
        }
    }

    private static final class Helper extends Thread {
        private final int number;
        volatile boolean asleep;

        Helper(int number) {
            super("dino4j-helper-" + number);
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            INSIDE.set(true);
            long idleSince = System.nanoTime();
            while (true) {
                Job job = OPEN.get();
                if (job != null && job.hasWork() && number < Engine.threads() - 1 && mayHelp()) {
                    job.work();
                    HELPING.decrementAndGet();
                    idleSince = System.nanoTime();
                } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    sleep(job);
                    idleSince = System.nanoTime();
                }
            }
        }

        private static boolean mayHelp() {
            int threads = Engine.threads();
            if (HELPING.incrementAndGet() + CALLERS.get() <= threads) {
                return true;
            }
            HELPING.decrementAndGet();
            return false;
        }

        private void sleep(@Nullable Job seen) {
            asleep = true;
            if (OPEN.get() == seen) { // else work has come between the last look and the flag
                LockSupport.park(this);
            }
            asleep = false;
        }
    }
}
