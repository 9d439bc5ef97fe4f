package io.github.dino4j.benchmarks;

import io.github.dino4j.bench.RoundRobin;

/** An engine with a model in it. */
interface Peer extends AutoCloseable {
    /** Makes an input [batch, 3, side, side] ready. */
    Pass pass(float[] pixels, int batch, int side);

    @Override
    void close();

    /** A forward pass on a ready input. */
    interface Pass extends RoundRobin.Contender, AutoCloseable {
        /** Runs once; every token [batch, N, C] after the last norm: class, registers, patches. */
        float[] tokens();

        @Override
        void close();
    }
}
