package io.github.dino4j.train;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Group;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Collection;

/**
 * The processes that train one model together, each from its part of every batch. All of them make the same calls in the same
 * order; nothing here leaves a record for gradients. For the trainer's thread.
 */
public interface Ranks {
    /** One process alone. */
    Ranks ONE = new Alone();

    /** The processes of a group, which stays the caller's. */
    static Ranks of(Group group) {
        return new Grouped(group);
    }

    /** This process's number, from 0. The one of rank 0 owns the run's folder and measures. */
    int rank();

    int size();

    /** Puts the sum over all ranks into each of the tensors. */
    void sum(Collection<Tensor> tensors);

    /** The rows [N, ...] of all ranks, one after the other [size N, ...]; all ranks have as many. In the caller's scope. */
    Tensor gather(Tensor rows);

    /** Makes the tensor, of any type, that of rank 0. */
    void copyFirst(Tensor tensor);

    /** The sum of a number over all ranks. */
    default double sum(double value) {
        try (Scope scope = Scope.inference()) {
            Tensor tensor = Tensor.of(new float[] {(float) value}, 1);
            sum(java.util.List.of(tensor));
            return tensor.item();
        }
    }

    /** Whether any rank says so. */
    default boolean any(boolean mine) {
        return sum(mine ? 1 : 0) > 0;
    }

    /** This rank's share of a batch, by number: ranks in their order take consecutive parts, as equal as can be. */
    default int[] part(int... batch) {
        return Arrays.copyOfRange(batch, batch.length * rank() / size(), batch.length * (rank() + 1) / size());
    }

    /** Nobody else. */
    final class Alone implements Ranks {
        private Alone() {}

        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public void sum(Collection<Tensor> tensors) {}

        @Override
        public double sum(double value) {
            return value;
        }

        @Override
        public Tensor gather(Tensor rows) {
            return rows.detach();
        }

        @Override
        public void copyFirst(Tensor tensor) {}
    }

    /** Over a network. */
    final class Grouped implements Ranks {
        private final Group group;

        private Grouped(Group group) {
            this.group = group;
        }

        @Override
        public int rank() {
            return group.rank();
        }

        @Override
        public int size() {
            return group.size();
        }

        @Override
        public void sum(Collection<Tensor> tensors) {
            group.sum(tensors);
        }

        @Override
        public Tensor gather(Tensor rows) {
            return group.gather(rows);
        }

        @Override
        public void copyFirst(Tensor tensor) {
            try (Scope scope = Scope.inference()) {
                Tensor sent = tensor.detach().to(DType.F32).contiguous();
                group.broadcast(sent, 0);
                tensor.detach().copyFrom(sent.to(tensor.dtype()));
            }
        }
    }
}
