package io.github.dino4j.train;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * How a run trains, whatever it teaches. Printed into the run's folder; everything but what only concerns files and threads
 * must be the same when a run is resumed.
 *
 * <pre>{@code
 * TrainingPlan plan = TrainingPlan.builder(Span.epochs(10), 8)
 *         .optimizer(OptimizerSpec.ADAMW)
 *         .schedules(Schedules.of(Schedule.constant(1e-3), 1e-4, 0.9))
 *         .patience(3)
 *         .build();
 * }</pre>
 *
 * @param length of the whole run
 * @param batchSize examples that go through the model at once
 * @param accumulation batches whose gradients make one update of the weights
 * @param dropLast whether the examples at the end of an epoch that do not fill an update are left out; else they make a
 *     smaller one
 * @param optimizerTitle what {@code optimizer} makes, with its constants: {@code "AdamW(beta2=0.999)"}
 * @param clip what keeps gradients from growing large
 * @param averaging decay of the moving average of the weights, which evaluation and export then use; empty for none
 * @param evaluateEvery after how much training the task measures itself; it does so at the end in any case
 * @param patience evaluations in a row without a better chief score after which the run ends early; 0 for never
 * @param best how many of the best checkpoints are kept beside the last one
 * @param checkpointEvery time after which a checkpoint is due; each evaluation makes one in any case
 * @param checkpointIterations updates after which a checkpoint is due; 0 leaves that to time alone
 * @param seed of the order of examples and of everything drawn at random
 * @param decodeThreads that make examples ahead of the model
 */
public record TrainingPlan(
        Span length,
        int batchSize,
        int accumulation,
        boolean dropLast,
        String optimizerTitle,
        Function<List<ParameterGroup>, Optimizer> optimizer,
        Schedules schedules,
        GradientClip clip,
        OptionalDouble averaging,
        Span evaluateEvery,
        int patience,
        int best,
        Duration checkpointEvery,
        long checkpointIterations,
        long seed,
        int decodeThreads) {
    public TrainingPlan {
        atLeast(1, batchSize, "the batch size");
        atLeast(1, accumulation, "the number of batches that make an update");
        atLeast(0, patience, "patience");
        atLeast(0, best, "the number of best checkpoints");
        atLeast(0, checkpointIterations, "the number of iterations between checkpoints");
        atLeast(1, decodeThreads, "the number of threads that decode");
        if (checkpointEvery.isNegative()) {
            throw new IllegalArgumentException("checkpoints are some time apart, not " + checkpointEvery);
        }
        if (averaging.isPresent() && !(averaging.getAsDouble() >= 0 && averaging.getAsDouble() < 1)) {
            throw new IllegalArgumentException(
                    "the decay of averaged weights lies in 0..1, below 1; found " + averaging.getAsDouble());
        }
    }

    /** A plan with defaults: whole epochs, evaluation after each, the best checkpoint and one every ten minutes. */
    public static Builder builder(Span length, int batchSize) {
        return new Builder(length, batchSize);
    }

    /** Examples behind one update of the weights. */
    public int examplesPerStep() {
        return Math.multiplyExact(batchSize, accumulation);
    }

    private static void atLeast(long least, long value, String what) {
        if (value < least) {
            throw new IllegalArgumentException(what + " is at least " + least + ", not " + value);
        }
    }

    /** Collects a plan; for one thread. */
    public static final class Builder {
        private final Span length;
        private final int batchSize;
        private int accumulation = 1;
        private boolean dropLast;
        private String optimizerTitle = "";
        private Function<List<ParameterGroup>, Optimizer> optimizer = groups -> {
            throw new IllegalStateException(
                    "the plan has no optimiser; give it one with TrainingPlan.Builder.optimizer");
        };
        private Schedules schedules = Schedules.of(Schedule.constant(1e-3), 0, 0.9);
        private GradientClip clip = GradientClip.NONE;
        private OptionalDouble averaging = OptionalDouble.empty();
        private Span evaluateEvery = Span.epochs(1);
        private int patience;
        private int best = 1;
        private Duration checkpointEvery = Duration.ofMinutes(10);
        private long checkpointIterations;
        private long seed;
        private int decodeThreads = 2;

        private Builder(Span length, int batchSize) {
            this.length = length;
            this.batchSize = batchSize;
        }

        public Builder accumulation(int batches) {
            accumulation = batches;
            return this;
        }

        public Builder dropLast(boolean drop) {
            dropLast = drop;
            return this;
        }

        /** What changes the weights. */
        public Builder optimizer(OptimizerSpec spec) {
            return optimizer(spec.toString(), spec::build);
        }

        /** What changes the weights; {@code title} says it with its constants. */
        public Builder optimizer(String title, Function<List<ParameterGroup>, Optimizer> make) {
            optimizerTitle = title;
            optimizer = make;
            return this;
        }

        public Builder schedules(Schedules schedules) {
            this.schedules = schedules;
            return this;
        }

        public Builder clip(GradientClip clip) {
            this.clip = clip;
            return this;
        }

        /** Averages the weights with this decay. */
        public Builder averaging(double decay) {
            averaging = OptionalDouble.of(decay);
            return this;
        }

        public Builder evaluateEvery(Span span) {
            evaluateEvery = span;
            return this;
        }

        public Builder patience(int evaluations) {
            patience = evaluations;
            return this;
        }

        public Builder best(int checkpoints) {
            best = checkpoints;
            return this;
        }

        public Builder checkpointEvery(Duration time) {
            checkpointEvery = time;
            return this;
        }

        public Builder checkpointIterations(long iterations) {
            checkpointIterations = iterations;
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder decodeThreads(int threads) {
            decodeThreads = threads;
            return this;
        }

        public TrainingPlan build() {
            return new TrainingPlan(
                    length,
                    batchSize,
                    accumulation,
                    dropLast,
                    optimizerTitle,
                    optimizer,
                    schedules,
                    clip,
                    averaging,
                    evaluateEvery,
                    patience,
                    best,
                    checkpointEvery,
                    checkpointIterations,
                    seed,
                    decodeThreads);
        }
    }
}
