package io.github.dino4j.train;

/**
 * One cycle (super-convergence, arXiv:1708.07120; PyTorch's OneCycleLR with cosines): from peak / divFactor up to {@code peak},
 * then down to peak / divFactor / finalDivFactor with the last step.
 *
 * @param rising part of all steps in which it rises; 0.3 in PyTorch
 * @param divFactor 25 in PyTorch
 * @param finalDivFactor 1e4 in PyTorch
 */
public record OneCycle(double peak, long total, double rising, double divFactor, double finalDivFactor)
        implements Schedule {
    public OneCycle {
        if (!(rising > 0 && rising < 1) || rising * total <= 1 || !(divFactor > 0) || !(finalDivFactor > 0)) {
            throw new IllegalArgumentException("a cycle of " + total + " steps that rises for a part of " + rising
                    + " is no schedule: it must rise for more than one step and less than all, by positive factors");
        }
    }

    /** With PyTorch's defaults. */
    public static OneCycle of(double peak, long total) {
        return new OneCycle(peak, total, 0.3, 25, 1e4);
    }

    @Override
    public double at(long iteration) {
        double top = rising * total - 1;
        double first = peak / divFactor;
        double step = Math.min(iteration, total - 1);
        return step <= top
                ? cosine(first, peak, step / top)
                : cosine(peak, first / finalDivFactor, (step - top) / (total - 1 - top));
    }

    private static double cosine(double from, double to, double done) {
        return to + (from - to) / 2 * (1 + Math.cos(Math.PI * done));
    }
}
