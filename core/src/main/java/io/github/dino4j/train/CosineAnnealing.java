package io.github.dino4j.train;

/**
 * Cosine annealing without restarts (SGDR, arXiv:1608.03983; PyTorch's CosineAnnealingLR), as linear probes are trained: end +
 * (base - end)(1 + cos(pi i / total)) / 2, which reaches {@code end} at step {@code total}.
 */
public record CosineAnnealing(double base, double end, long total) implements Schedule {
    public CosineAnnealing {
        if (total < 1) {
            throw new IllegalArgumentException("annealing needs at least 1 step, not " + total);
        }
    }

    @Override
    public double at(long iteration) {
        return end + (base - end) * (1 + Math.cos(Math.PI * Math.min(iteration, total) / total)) / 2;
    }
}
