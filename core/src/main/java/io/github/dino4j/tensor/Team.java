package io.github.dino4j.tensor;

import java.util.concurrent.CopyOnWriteArrayList;
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
    /** Grows with everything that may give a sleeping helper something to do. */
    private static final AtomicInteger EVENTS = new AtomicInteger();

    private static final CopyOnWriteArrayList<Job> OPEN = new CopyOnWriteArrayList<>();
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

    private static volatile Helper[] helpers = {};

    private Team() {}

    /**
     * Runs tasks 0 to {@code count - 1}, each once, on this thread and idle helpers; returns when all are done. From
     * within a task it runs them in line.
     *
     * @throws RuntimeException the first failure of a task; tasks that had not begun are left out
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
            OPEN.add(job);
            wakeHelpers(count - 1);
            job.work();
        } finally {
            OPEN.remove(job);
            job.await(); // nobody may write to the caller's memory afterwards
            INSIDE.set(false);
            CALLERS.decrementAndGet();
        }
        if (!OPEN.isEmpty()) {
            wakeHelpers(1); // this caller's core is free for another's tasks
        }
        job.rethrow();
    }

    private static void tile(IntConsumer task, int index) {
        try (Scope scope = Scope.tiled()) {
            task.accept(index);
        }
    }

    private static void wakeHelpers(int useful) {
        int wanted = Engine.threads() - 1;
        if (helpers.length < wanted) {
            hire(wanted);
        }
        EVENTS.incrementAndGet();
        int free = Engine.threads() - CALLERS.get() - HELPING.get();
        Helper[] all = helpers;
        for (int i = 0, woken = 0; i < wanted && woken < Math.min(useful, free); i++) {
            if (all[i].asleep) {
                LockSupport.unpark(all[i]);
                woken++;
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

    /** Tasks that are handed out one by one. */
    private static final class Job {
        private final int count;
        private final IntConsumer task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Job(int count, IntConsumer task) {
            this.count = count;
            this.task = task;
        }

        boolean hasWork() {
            return next.get() < count;
        }

        void work() {
            while (workOnce()) {
                // one after the other
            }
        }

        /** Takes one task; false if none was left. */
        boolean workOnce() {
            int i = next.getAndIncrement();
            if (i >= count) {
                return false;
            }
            try {
                if (failure.get() == null) {
                    tile(task, i);
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            } finally {
                done.incrementAndGet();
            }
            return true;
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

        void rethrow() {
            Throwable cause = failure.get();
            if (cause != null) {
                Team.<RuntimeException>sneak(cause);
            }
        }
    }

    @SuppressWarnings("unchecked") // a task declares no checked exceptions; whatever it threw goes on as it is
    private static <E extends Throwable> void sneak(Throwable cause) throws E {
        throw (E) cause;
    }

    private static final class Helper extends Thread {
        private final int number;
        volatile boolean asleep;

        Helper(int number) {
            super("dino4j-helper-" + number);
            this.number = number;
            setDaemon(true);
            setContextClassLoader(null); // it outlives whoever called first
        }

        @Override
        public void run() {
            INSIDE.set(true);
            long idleSince = System.nanoTime();
            while (true) {
                int seen = EVENTS.get();
                if (help()) {
                    idleSince = System.nanoTime();
                } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    sleep(seen);
                    idleSince = System.nanoTime();
                }
            }
        }

        /** Takes one task of somebody's job; false if there is none, or no thread to spare. */
        private boolean help() {
            if (OPEN.isEmpty() || number >= Engine.threads() - 1) {
                return false;
            }
            try {
                if (HELPING.incrementAndGet() + CALLERS.get() > Engine.threads()) {
                    return false;
                }
                for (Job job : OPEN) {
                    if (job.hasWork() && job.workOnce()) {
                        return true;
                    }
                }
                return false;
            } finally {
                HELPING.decrementAndGet();
            }
        }

        private void sleep(int seen) {
            asleep = true;
            if (EVENTS.get() == seen) { // else something has happened between the last look and the flag
                LockSupport.park(this);
                Thread.interrupted(); // nobody's business here, and park would return at once for ever
            }
            asleep = false;
        }
    }
}
