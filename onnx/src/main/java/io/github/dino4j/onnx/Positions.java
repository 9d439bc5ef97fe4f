package io.github.dino4j.onnx;

import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.PositionGrid;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.CheckpointParameters;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.Rotary;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.StateDict;
import java.util.function.Function;

/** Position tables of one image size, computed by the layers of our own forward pass. */
final class Positions {
    private Positions() {}

    /** Learned positions [1 + h * w, C] of class token and patches, row-major. */
    static float[] learned(StateDict weights, VitConfig config, Position.LearnedGrid grid, int height, int width) {
        int h = height / config.patch();
        int w = width / config.patch();
        return with(
                weights,
                p -> new PositionGrid(p, grid, config.dim())
                        .at(h, w, height == width)
                        .toFloats());
    }

    /**
     * Cosines and sines of the rotation of each patch, [h * w, d / 2] each.
     */
    @SuppressWarnings("ArrayRecordComponent") // of this package only, never compared
    record Angles(float[] cos, float[] sin) {}

    static Angles rotary(StateDict weights, VitConfig config, Position.Rope rope, int h, int w) {
        return with(weights, p -> {
            Rotary.Table table = new RotaryEmbedding(p.at("rope_embed"), rope.config(), config.headDim()).at(h, w);
            return new Angles(table.cos().toFloats(), table.sin().toFloats());
        });
    }

    private static <T> T with(StateDict weights, Function<Parameters, T> work) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            return work.apply(
                    Parameters.of(new CheckpointParameters(weights, arena, CheckpointParameters.Precision.FLOAT32)));
        }
    }
}
