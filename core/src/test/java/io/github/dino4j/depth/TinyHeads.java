package io.github.dino4j.depth;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Heads small enough for tests, for {@link TinyModel} deepened to four blocks, and files of them. */
final class TinyHeads {
    static final int WIDTH = TinyModel.CONFIG.dim();
    static final Taps TAPS = new Taps(Layers.of(0, 1, 2, 3), true);
    static final DptConfig DPT = new DptConfig(
            List.of(WIDTH, WIDTH, WIDTH, WIDTH),
            List.of(4, 8, 12, 16),
            8,
            Readout.PROJECT,
            HeadNorm.BATCH,
            Bias.FULL,
            AfterFusion.PROJECTION,
            6,
            16);
    static final LinearDepthConfig LINEAR =
            new LinearDepthConfig(List.of(WIDTH), ClassToken.APPENDED, HeadNorm.NONE, 4, 16);

    private TinyHeads() {}

    static LoadedHead<DptHead> dpt() {
        return LoadedHead.random(3, p -> new DptHead(p, DPT, DepthPreset.SYNTHMIX.values(), TAPS));
    }

    static LoadedHead<LinearDepthHead> linear() {
        Taps last = new Taps(Layers.last(1), false);
        return LoadedHead.random(3, p -> new LinearDepthHead(p, LINEAR, DepthPreset.NYU.values(), last));
    }

    /** Random weights under the names that a head asks for. */
    static Map<String, StoredTensor> weights(String prefix, Consumer<Parameters> build) {
        Map<String, StoredTensor> weights = new LinkedHashMap<>();
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ParameterSource random = new RandomParameters(5, arena);
            build.accept(Parameters.of(new ParameterSource() {
                @Override
                public Tensor take(String name, Init init, long... shape) {
                    Tensor tensor = random.take(name, init, shape);
                    weights.put(prefix + name, StoredTensor.InMemory.of(shape, tensor.toFloats()));
                    return tensor;
                }

                @Override
                public Tensor keep(Tensor derived) {
                    return random.keep(derived);
                }
            }));
        }
        return weights;
    }

    static Map<String, StoredTensor> dptWeights(String prefix, DptConfig config) {
        return weights(prefix, p -> new DptHead(p, config, DepthPreset.SYNTHMIX.values(), TAPS));
    }

    static Map<String, StoredTensor> linearWeights(String prefix, LinearDepthConfig config) {
        return weights(prefix, p -> new LinearDepthHead(p, config, DepthPreset.NYU.values(), TAPS));
    }

    static Path write(Path file, Map<String, StoredTensor> weights) {
        Safetensors.write(file, weights, Map.of());
        return file;
    }
}
