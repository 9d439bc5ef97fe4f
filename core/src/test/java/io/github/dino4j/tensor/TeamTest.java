package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TeamTest {
    private final int threads = Engine.threads();

    @AfterEach
    void restoreThreads() {
        Engine.threads(threads);
    }

    @Test
    void runsEveryTaskOnceForManyCallersAtATime() throws Exception {
        Engine.threads(3);
        ExecutorService callers = Executors.newFixedThreadPool(5);
        List<Callable<Void>> work = new ArrayList<>();
        for (int c = 0; c < 5; c++) {
            work.add(() -> {
                for (int round = 0; round < 2000; round++) {
                    AtomicIntegerArray runs = new AtomicIntegerArray(7);
                    Team.run(7, i -> runs.incrementAndGet(i));
                    assertThat(runs.toString()).isEqualTo("[1, 1, 1, 1, 1, 1, 1]");
                }
                return null;
            });
        }
        for (Future<Void> result : callers.invokeAll(work, 60, TimeUnit.SECONDS)) {
            result.get();
        }
        callers.shutdown();
    }

    @Test
    void helpersTakePartAndWakeAfterARest() throws Exception {
        Engine.threads(2);
        for (int rest = 0; rest < 3; rest++) {
            Thread.sleep(20); // long enough for helpers to fall asleep
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            CountDownLatch both = new CountDownLatch(2);

            Team.run(2, i -> {
                seen.add(Thread.currentThread());
                both.countDown();
                await(both); // ends only if two threads are at work
            });

            assertThat(seen).hasSize(2);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody came to help");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void failureOfATaskReachesTheCallerAndTheTeamGoesOn() {
        Engine.threads(2);
        for (int round = 0; round < 100; round++) {
            assertThatThrownBy(() -> Team.run(4, i -> {
                        if (i == 2) {
                            throw new IllegalArgumentException("tile 2");
                        }
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("tile 2");
        }
        AtomicIntegerArray runs = new AtomicIntegerArray(2);
        Team.run(2, i -> runs.incrementAndGet(i));
        assertThat(runs.toString()).isEqualTo("[1, 1]");
    }

    @Test
    void tasksOfATaskRunInLine() {
        Engine.threads(2);
        AtomicIntegerArray runs = new AtomicIntegerArray(4);

        Team.run(2, i -> Team.run(2, k -> runs.incrementAndGet(2 * i + k)));

        assertThat(runs.toString()).isEqualTo("[1, 1, 1, 1]");
    }
}
