package io.github.dino4j.benchmarks;

import io.github.dino4j.bench.Forward;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.file.Path;

/** Dino4J in one precision. */
final class OurPeer implements Peer {
    private final Model model;
    private final int threads;

    OurPeer(Path checkpoint, Precision precision, int threads) {
        model = Model.load(checkpoint, LoadOptions.DEFAULT.withPrecision(precision));
        this.threads = threads;
    }

    @Override
    public Pass pass(float[] pixels, int batch, int side) {
        Arena arena = new Arena();
        try (Scope scope = Scope.inference()) {
            Tensor input = arena.keep(Tensor.of(pixels, batch, 3, side, side));
            Forward forward = new Forward(model, input, threads);
            return new Pass() {
                @Override
                public void begin() {
                    forward.begin();
                }

                @Override
                public void call() {
                    forward.call();
                }

                @Override
                public float[] tokens() {
                    forward.begin();
                    return model.run(b -> b.forward(input).normed().tokens().toFloats());
                }

                @Override
                public void close() {
                    arena.close();
                }
            };
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
