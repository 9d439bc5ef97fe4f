package io.github.dino4j.train;

import io.github.dino4j.tensor.Tensor;
import java.util.Map;

/** Changes variables along their gradients. Used by one thread. */
public interface Optimizer extends AutoCloseable {
    /**
     * What schedules say for this step; factors of a {@link ParameterGroup} come on top.
     *
     * @param lastLayerRate learning rate of groups that are a last layer
     * @param momentum AdamW's beta1, SGD's momentum
     */
    record Settings(double rate, double lastLayerRate, double weightDecay, double momentum) {
        /** The learning rate of a group. */
        public double rate(ParameterGroup group) {
            return (group.lastLayer() ? lastLayerRate : rate) * group.rate();
        }
    }

    /**
     * One step. A variable that no gradient has reached is passed over altogether: no weight decay, no count of steps.
     */
    void step(Settings settings);

    /** Forgets all gradients. */
    void clear();

    /** Moments and counts of steps by name: {@code exp_avg/NAME}; resuming copies values into these very tensors. */
    Map<String, Tensor> state();

    /** Frees the state. */
    @Override
    void close();
}
