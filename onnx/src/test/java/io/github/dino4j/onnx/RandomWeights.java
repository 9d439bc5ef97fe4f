package io.github.dino4j.onnx;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.Position.GridResample;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.nn.RotaryEmbedding.Coordinates;
import io.github.dino4j.nn.ShapeParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Small vision transformers of every kind, and weights for them in which no part is without effect. */
final class RandomWeights {
    static final Norm LAYER_NORM = new Norm.Layer(1e-6);

    private RandomWeights() {}

    static VitConfig v1(GridResample resample) {
        return new VitConfig(
                3,
                48,
                2,
                3,
                8,
                new Position.LearnedGrid(5, resample),
                new Ffn.Mlp(96, true),
                LAYER_NORM,
                0,
                Bias.FULL,
                true,
                false,
                false,
                false,
                false,
                VitConfig.Remainder.DROP);
    }

    static VitConfig v2(int registers, Ffn ffn, GridResample resample) {
        return new VitConfig(
                3,
                48,
                2,
                3,
                7,
                new Position.LearnedGrid(5, resample),
                ffn,
                LAYER_NORM,
                registers,
                Bias.FULL,
                true,
                true,
                true,
                false,
                false,
                VitConfig.Remainder.REFUSE);
    }

    static VitConfig v3(Ffn ffn, Norm norm, Coordinates coordinates, Bias qkvBias, boolean untied) {
        return new VitConfig(
                3,
                48,
                2,
                3,
                8,
                rope(coordinates, DType.F32),
                ffn,
                norm,
                4,
                qkvBias,
                ffn.bias(),
                true,
                true,
                untied,
                untied,
                VitConfig.Remainder.DROP);
    }

    static Position.Rope rope(Coordinates coordinates, DType dtype) {
        return new Position.Rope(new RotaryEmbedding.Config(new RotaryEmbedding.Periods.Base(100), coordinates, dtype));
    }

    static StateDict of(BackboneConfig config) {
        Map<String, StoredTensor> weights = new LinkedHashMap<>();
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ShapeParameters parameters = new ShapeParameters(arena);
            Backbone.of(config, Parameters.of(parameters));
            SplittableRandom random = new SplittableRandom(5);
            parameters.shapes().forEach((name, shape) -> weights.put(name, tensor(name, random, shape)));
        }
        weights.remove("rope_embed.periods"); // computed from the configuration
        return StateDict.of(weights);
    }

    private static StoredTensor tensor(String name, SplittableRandom random, long... shape) {
        int elements = 1;
        for (long size : shape) {
            elements *= (int) size;
        }
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian(name.contains("norm") ? 1 : 0, 0.2);
            if (name.endsWith("bias_mask")) {
                values[i] = i / (elements / 3) == 1 ? 0 : 1;
            }
        }
        return StoredTensor.InMemory.of(shape, values);
    }
}
