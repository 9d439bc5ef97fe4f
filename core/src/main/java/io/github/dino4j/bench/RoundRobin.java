package io.github.dino4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Measures contenders in turns: what slows the machine down for a while then falls on all of them, and the ratios of one
 * run can be trusted where its times cannot.
 *
 * <p>A turn is one contender's {@code k} calls in a row, {@code k} such that it lasts {@code turnSeconds}; each round
 * begins with another contender. Before the first round everybody is called once or twice.
 *
 * @param rounds turns of each contender
 * @param turnSeconds how long a turn lasts at least
 * @param pauseMillis rest between turns: threads of one engine may go on spinning after its call
 */
public record RoundRobin(int rounds, double turnSeconds, long pauseMillis) {
    private static final int MOST_CALLS = 100;
    /** From here on one call warms up enough. */
    private static final double SLOW_SECONDS = 3;

    /** One who takes part. */
    public interface Contender {
        /** Comes before a turn; not measured. */
        default void begin() {}

        /** What is measured. */
        void call();
    }

    /**
     * Runs all rounds.
     *
     * @param beforeRound is told the number of each round, from 1
     * @return for each contender its mean seconds a call, round by round
     */
    public List<Times> run(List<? extends Contender> contenders, IntConsumer beforeRound) {
        List<Integer> calls = new ArrayList<>();
        List<List<Double>> seconds = new ArrayList<>();
        for (Contender contender : contenders) {
            contender.begin();
            double once = turn(contender, 1);
            if (once < SLOW_SECONDS) {
                once = turn(contender, 1);
            }
            calls.add((int) Math.max(1, Math.min(MOST_CALLS, Math.round(turnSeconds / once))));
            seconds.add(new ArrayList<>());
        }
        for (int round = 0; round < rounds; round++) {
            beforeRound.accept(round + 1);
            for (int i = 0; i < contenders.size(); i++) {
                int who = (i + round) % contenders.size();
                pause();
                contenders.get(who).begin();
                seconds.get(who).add(turn(contenders.get(who), calls.get(who)));
            }
        }
        return seconds.stream().map(Times::new).toList();
    }

    private static double turn(Contender contender, int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            contender.call();
        }
        return (System.nanoTime() - start) / 1e9 / calls;
    }

    private void pause() {
        try {
            Thread.sleep(pauseMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between two turns", e);
        }
    }
}
