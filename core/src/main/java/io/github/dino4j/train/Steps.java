package io.github.dino4j.train;

import java.util.List;

/**
 * A value that is multiplied by {@code factor} at each milestone (PyTorch's MultiStepLR), as detectors are trained
 * (DETR, arXiv:2005.12872: once by 0.1).
 *
 * @param milestones iterations from which the next factor holds
 */
public record Steps(double base, double factor, List<Long> milestones) implements Schedule {
    public Steps {
        milestones = List.copyOf(milestones);
    }

    @Override
    public double at(long iteration) {
        long passed = milestones.stream().filter(m -> iteration >= m).count();
        return base * Math.pow(factor, (double) passed);
    }
}
