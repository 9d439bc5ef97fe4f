package io.github.dino4j.export;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Finds out at the start of a job whether one batch at a time or two side by side are faster here: after a warm-up the first
 * batches take turns, one, two, two and one, and the better turn of each counts, by time a pixel. Bounded to
 * {@link #BATCHES} batches; nothing is computed twice, and the numbers are the same in either way. Not thread-safe.
 */
final class StreamTrial {
    /** Batches of a turn: enough that the moment at its end, when one stream idles, weighs little. */
    static final int TURN = 4;

    /** Streams of each turn; the first one warms up. */
    private static final int[] TURNS = {2, 1, 2, 2, 1};

    /** Batches that a trial takes. */
    static final int BATCHES = TURN * TURNS.length;

    /** A job must have so many times the trial's batches that a gain of some percent pays for the turns that lose. */
    static final int PAYS = 5;

    /** What is usual here stays unless the other one is faster by so much. */
    private static final double WORTH = 0.02;

    private final int usual;
    private final LongSupplier clock;
    /** Least nanoseconds a pixel, with one stream and with two. */
    private final double[] best = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};

    private int turn;
    private int batches;
    private long pixels;
    private long start;

    /**
     * A trial before its first turn.
     *
     * @param usual streams to keep where the trial finds no difference
     * @param clock nanoseconds
     */
    StreamTrial(int usual, LongSupplier clock) {
        this.usual = usual;
        this.clock = clock;
    }

    /** Whether a job of so many batches, or more, is worth a trial. */
    static boolean pays(int batches) {
        return batches >= PAYS * BATCHES;
    }

    /** Whether turns are left. */
    boolean isOpen() {
        return turn < TURNS.length;
    }

    /** Streams for the next batch. */
    int streams() {
        return isOpen() ? TURNS[turn] : choice().count();
    }

    /** Notes that a batch begins. */
    void begins(long batchPixels) {
        if (batches == 0) {
            start = clock.getAsLong();
        }
        batches += batchPixels > 0 ? 1 : 0;
        pixels += batchPixels;
    }

    /** Whether all batches of the turn have begun; {@link #turnEnds} is due when they are done. */
    boolean isTurnFull() {
        return isOpen() && batches == TURN;
    }

    /** Notes that no batch is under way any more; the next one is of another turn. */
    void turnEnds() {
        double nanos = (double) (clock.getAsLong() - start) / pixels;
        if (turn > 0) {
            int which = TURNS[turn] - 1;
            best[which] = Math.min(best[which], nanos);
        }
        turn++;
        batches = 0;
        pixels = 0;
    }

    /** What was found, or what is usual where turns are left. */
    StreamChoice choice() {
        if (isOpen()) {
            return new StreamChoice(usual, "usual; the job was over before both were measured");
        }
        int other = 3 - usual;
        boolean faster = best[other - 1] < (1 - WORTH) * best[usual - 1];
        return new StreamChoice(
                faster ? other : usual,
                String.format(Locale.ROOT, "measured: two side by side take %.2f of one's time", best[1] / best[0]));
    }
}
