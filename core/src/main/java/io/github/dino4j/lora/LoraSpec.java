package io.github.dino4j.lora;

import java.util.Collections;
import java.util.EnumSet;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Shape of an adapter (LoRA, arXiv:2106.09685, section 4).
 *
 * @param rank r: rows of A, columns of B
 * @param alpha numerator of the scaling alpha / r; empty: the product is added as it is, as dinov3-finetune does
 * @param dropout chance that an input of A is left out while it learns
 * @param targets which matrices of a block are changed
 * @param blocks which blocks
 */
public record LoraSpec(int rank, OptionalDouble alpha, double dropout, Set<Target> targets, BlockRange blocks) {
    /** dinov3-finetune's: rank 3 on q and v of all blocks, without scaling. */
    public static final LoraSpec DEFAULT =
            new LoraSpec(3, OptionalDouble.empty(), 0, EnumSet.of(Target.Q, Target.V), BlockRange.ALL);

    public LoraSpec {
        if (rank < 1) {
            throw new IllegalArgumentException("rank " + rank + ": an adapter needs a rank of at least 1");
        }
        if (alpha.isPresent() && !(Double.isFinite(alpha.getAsDouble()) && alpha.getAsDouble() > 0)) {
            throw new IllegalArgumentException("alpha " + alpha.getAsDouble() + ": wanted is a number above 0");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + ": wanted is a chance from 0, below 1");
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("an adapter needs a target, such as q and v");
        }
        targets = Collections.unmodifiableSet(EnumSet.copyOf(targets));
    }

    /** s, by which the product B A x is multiplied. */
    public double scaling() {
        return alpha.isPresent() ? alpha.getAsDouble() / rank : 1;
    }

    public LoraSpec withRank(int other) {
        return new LoraSpec(other, alpha, dropout, targets, blocks);
    }

    public LoraSpec withAlpha(double other) {
        return new LoraSpec(rank, OptionalDouble.of(other), dropout, targets, blocks);
    }

    public LoraSpec withDropout(double other) {
        return new LoraSpec(rank, alpha, other, targets, blocks);
    }

    public LoraSpec withTargets(Set<Target> other) {
        return new LoraSpec(rank, alpha, dropout, other, blocks);
    }

    public LoraSpec withBlocks(BlockRange other) {
        return new LoraSpec(rank, alpha, dropout, targets, other);
    }

    /** In words: {@code "LoRA of rank 3 on q, v"}. */
    public String title() {
        String on = targets.stream().map(Target::label).collect(Collectors.joining(", "));
        return "LoRA of rank " + rank + " on " + on + (blocks.equals(BlockRange.ALL) ? "" : " of blocks " + blocks);
    }
}
