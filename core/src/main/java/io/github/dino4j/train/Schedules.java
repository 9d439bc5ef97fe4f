package io.github.dino4j.train;

/**
 * Everything that changes over a run, each by its own schedule.
 *
 * @param rate learning rate
 * @param lastLayerRate learning rate of groups that are a last layer
 * @param weightDecay in 1, before a group's factor
 * @param momentum AdamW's beta1, SGD's momentum
 */
public record Schedules(Schedule rate, Schedule lastLayerRate, Schedule weightDecay, Schedule momentum) {
    /** One learning rate for all groups, the others constant. */
    public static Schedules of(Schedule rate, double weightDecay, double momentum) {
        return new Schedules(rate, rate, Schedule.constant(weightDecay), Schedule.constant(momentum));
    }

    Optimizer.Settings at(long iteration) {
        return new Optimizer.Settings(
                rate.at(iteration), lastLayerRate.at(iteration), weightDecay.at(iteration), momentum.at(iteration));
    }
}
