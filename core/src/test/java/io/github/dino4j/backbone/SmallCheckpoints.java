package io.github.dino4j.backbone;

import io.github.dino4j.backbone.Position.GridResample;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.ShapeParameters;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** A small RGB model of each kind, and checkpoints of noise in which every layer matters. */
public enum SmallCheckpoints {
    V1,
    V2,
    V3,
    CONVNEXT;

    public BackboneConfig config() {
        return switch (this) {
            case V1 -> v1();
            case V2 -> v2();
            case V3 -> TinyModel.CONFIG;
            case CONVNEXT ->
                new ConvNextConfig(3, List.of(1, 1, 2, 1), List.of(16, 32, 48, 64), true, OptionalInt.empty());
        };
    }

    private static VitConfig v1() {
        return new VitConfig(
                3,
                64,
                2,
                2,
                16,
                new Position.LearnedGrid(4, new GridResample.ByScale(0.1, false)),
                new Ffn.Mlp(128, true),
                new Norm.Layer(1e-6),
                0,
                Bias.FULL,
                true,
                false,
                false,
                false,
                false,
                VitConfig.Remainder.DROP);
    }

    private static VitConfig v2() {
        return new VitConfig(
                3,
                64,
                2,
                2,
                14,
                new Position.LearnedGrid(5, new GridResample.BySize(true)),
                new Ffn.PackedSwiGlu(96, true),
                new Norm.Layer(1e-6),
                4,
                Bias.FULL,
                true,
                true,
                true,
                false,
                false,
                VitConfig.Remainder.REFUSE);
    }

    /** A side that is a whole number of patches. */
    public int side() {
        return this == V2 ? 56 : 64;
    }

    /** Weights under official names. */
    public StateDict weights() {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(name().hashCode());
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ShapeParameters shapes = new ShapeParameters(arena);
            Backbone.of(config(), Parameters.of(new ParameterSource() {
                @Override
                public Tensor take(String name, Init init, long... shape) {
                    tensors.put(name, StoredTensor.InMemory.of(shape, values(init, random, shape)));
                    return shapes.take(name, init, shape);
                }

                @Override
                public Tensor keep(Tensor derived) {
                    return shapes.keep(derived);
                }
            }));
        }
        return StateDict.of(tensors);
    }

    private static float[] values(Init init, SplittableRandom random, long[] shape) {
        int size = 1;
        for (long axis : shape) {
            size *= (int) axis;
        }
        float[] values = new float[size];
        init.fill(values, random);
        if (!(init instanceof Init.Table)) {
            double deviation = shape.length < 2 ? 0.2 : 1 / Math.sqrt((double) size / shape[0]);
            double mean = init == Init.ONE ? 1 : shape.length == 1 ? 0.3 : 0; // gammas of norms and of LayerScale
            for (int i = 0; i < size; i++) {
                values[i] = (float) (mean + deviation * random.nextGaussian());
            }
        }
        return values;
    }

    /** Writes the weights as a file of Dino4J. */
    public Path write(Path folder) {
        Path file = folder.resolve(name() + ".safetensors");
        Map<String, String> metadata = config() instanceof VitConfig vit
                ? Map.of(Architecture.HEADS_KEY, Integer.toString(vit.heads()))
                : Map.of();
        Safetensors.write(file, weights().tensors(), metadata);
        return file;
    }
}
