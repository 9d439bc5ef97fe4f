package io.github.dino4j.onnx;

import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.PositionGrid;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.Rotary;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.StateDict;
import java.util.function.Function;

/** Position tables of one image size, computed by the layers of our own forward pass. */
final class Positions {
    private final StateDict weights;
    private final VitConfig config;
    private final OnnxOptions.Size.Fixed size;

    Positions(StateDict weights, VitConfig config, OnnxOptions.Size.Fixed size) {
        this.weights = weights;
        this.config = config;
        this.size = size;
    }

    /** Learned positions [1 + h * w, C] of class token and patches, row-major. */
    float[] of(Position.LearnedGrid grid) {
        boolean square = size.height() == size.width();
        return with(p -> new PositionGrid(p, grid, config.dim())
                .at(rows(), columns(), square)
                .toFloats());
    }

    /** Cosines and sines of the rotation of each patch, [h * w, d / 2] each. */
    @SuppressWarnings("ArrayRecordComponent") // of this package only, never compared
    record Angles(float[] cos, float[] sin) {}

    Angles of(Position.Rope rope) {
        return with(p -> {
            Rotary.Table table =
                    new RotaryEmbedding(p.at("rope_embed"), rope.config(), config.headDim()).at(rows(), columns());
            return new Angles(table.cos().toFloats(), table.sin().toFloats());
        });
    }

    private int rows() {
        return size.height() / config.patch();
    }

    private int columns() {
        return size.width() / config.patch();
    }

    private <T> T with(Function<Parameters, T> work) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            return work.apply(Parameters.of(new Weights(weights, arena)));
        }
    }
}
