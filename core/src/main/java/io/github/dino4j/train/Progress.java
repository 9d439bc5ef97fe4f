package io.github.dino4j.train;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a run is, as a checkpoint keeps it.
 *
 * @param iteration updates done
 * @param epoch of the next update
 * @param position updates done in that epoch
 * @param seconds of work so far, over all sessions
 * @param best evaluations whose checkpoints are kept, the best first
 * @param latest the last evaluation
 * @param withoutGain evaluations in a row since the best one
 * @param stopped whether the run ended early
 */
record Progress(
        long iteration,
        int epoch,
        long position,
        double seconds,
        List<Kept> best,
        @Nullable Kept latest,
        int withoutGain,
        boolean stopped) {
    /** An evaluation after so many updates. */
    record Kept(long iteration, Scores scores) {}

    static final Progress START = new Progress(0, 0, 0, 0, List.of(), null, 0, false);

    Progress {
        best = List.copyOf(best);
    }

    Progress at(long done, long perEpoch, double seconds) {
        return new Progress(
                done, (int) (done / perEpoch), done % perEpoch, seconds, best, latest, withoutGain, stopped);
    }

    /**
     * With another evaluation. The earlier of two equal ones is the better; the best one is remembered even if no checkpoint
     * is kept.
     */
    Progress evaluated(Scores scores, TrainingPlan plan) {
        Kept now = new Kept(iteration, scores);
        List<Kept> ranked = new ArrayList<>(best);
        int place = 0;
        while (place < ranked.size()
                && !scores.isBetterThan(ranked.get(place).scores().chiefValue())) {
            place++;
        }
        ranked.add(place, now);
        List<Kept> kept = ranked.subList(0, Math.min(ranked.size(), Math.max(1, plan.best())));
        int gain = place == 0 ? 0 : withoutGain + 1;
        return new Progress(
                iteration, epoch, position, seconds, kept, now, gain, plan.patience() > 0 && gain >= plan.patience());
    }
}
