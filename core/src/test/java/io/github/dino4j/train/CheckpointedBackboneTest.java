package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.backbone.VisionTransformer;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointedBackboneTest {
    private static final Taps TWO = new Taps(Layers.of(4, 11), true);

    private final Arena arena = new Arena();

    @AfterEach
    void close() {
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 100})
    void gradientsAreThoseOfTheOrdinaryPass(int every) {
        Learning learning = learning(name -> name.contains("attn.qkv.weight"));
        compare(learning, new CheckpointedBackbone(learning, learning.network, every), TWO);
    }

    @Test
    void gradientsReachEmbeddingAndNorms() {
        Learning learning = learning(name -> true);
        compare(learning, new CheckpointedBackbone(learning, learning.network, 2), TWO);
    }

    @Test
    void gradientsOfUpperBlocksNeedNothingFromBelow() {
        Learning learning = learning(name -> name.startsWith("blocks.10.") || name.startsWith("norm."));
        compare(learning, new CheckpointedBackbone(learning, learning.network, 1), TWO);
    }

    @Test
    void dropoutInsideTheBlocksRepeats() {
        LoraSpec spec = LoraSpec.DEFAULT.withDropout(0.5);
        try (Model model = Model.random(BackboneCatalog.get("dinov3_vits16").config(), 1, LoadOptions.Precision.PLAIN);
                LoraBackbone ordinary = LoraBackbone.of(model, spec, 1, LoraBackbone.Arithmetic.FLOAT32);
                CheckpointedBackbone checkpointed = CheckpointedBackbone.of(ordinary, 2)) {
            compare(ordinary, checkpointed, TWO);
        }
    }

    @Test
    void dropoutOfTheHeadGoesOnAsIfNothingHadBeenRepeated() {
        Learning learning = learning(name -> name.startsWith("blocks.11."));
        CheckpointedBackbone checkpointed = new CheckpointedBackbone(learning, learning.network, 1);
        try (Scope scope = Scope.open()) {
            Engine.seed(3);
            Tensor loss = loss(checkpointed.read(pixels(), TWO));
            byte[] before = Engine.randomState();

            checkpointed.backward(loss);

            assertThat(Engine.randomState()).containsExactly(before);
        }
    }

    @Test
    void readsWithoutGradientsLikeTheNetworkItself() {
        Learning learning = learning(name -> true);
        try (Scope scope = Scope.inference()) {
            List<Tokens> tokens = new CheckpointedBackbone(learning, learning.network, 1).read(pixels(), TWO);
            assertThat(tokens.get(1).patches().toFloats())
                    .containsExactly(
                            learning.read(pixels(), TWO).get(1).patches().toFloats());
        }
    }

    @Test
    void refusesToGoBackTwice() {
        Learning learning = learning(name -> name.startsWith("blocks.11."));
        CheckpointedBackbone checkpointed = new CheckpointedBackbone(learning, learning.network, 1);
        try (Scope scope = Scope.open()) {
            checkpointed.backward(loss(checkpointed.read(pixels(), TWO)));
            Tensor other = Tensor.zeros(1).learn().sum(false, 0);
            assertThatThrownBy(() -> checkpointed.backward(other)).hasMessageContaining("call read");
        }
    }

    private static void compare(LearningBackbone ordinary, LearningBackbone checkpointed, Taps taps) {
        Map<String, float[]> expected = gradients(ordinary, taps);
        Map<String, float[]> found = gradients(checkpointed, taps);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, gradient) -> {
            float largest = 0;
            float worst = 0;
            for (int i = 0; i < gradient.length; i++) {
                largest = Math.max(largest, Math.abs(gradient[i]));
                worst = Math.max(worst, Math.abs(gradient[i] - Objects.requireNonNull(found.get(name))[i]));
            }
            assertThat(worst).as(name).isLessThanOrEqualTo(1e-6f * largest);
        });
    }

    private static Map<String, float[]> gradients(LearningBackbone backbone, Taps taps) {
        try (Scope scope = Scope.open()) {
            Engine.seed(11);
            backbone.backward(loss(backbone.read(pixels(), taps)));
            Map<String, float[]> gradients = new LinkedHashMap<>();
            backbone.variables().forEach((name, variable) -> {
                if (variable.hasGrad()) {
                    gradients.put(name, variable.grad().toFloats());
                }
                variable.clearGrad();
            });
            assertThat(gradients).isNotEmpty();
            return gradients;
        }
    }

    private static Tensor loss(List<Tokens> tokens) {
        Tensor first = tokens.get(0).patches().sin().sum(false, 0, 1, 2);
        Tensor second = tokens.get(1).cls().square().sin().sum(false, 0, 1);
        return first.add(second);
    }

    private static Tensor pixels() {
        float[] values = new float[2 * 3 * 32 * 48];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        return Tensor.of(values, 2, 3, 32, 48);
    }

    private Learning learning(Predicate<String> learns) {
        try (Scope scope = Scope.open()) {
            TrainableParameters source = new TrainableParameters(new RandomParameters(5, arena), learns);
            Backbone network = Backbone.of(BackboneCatalog.get("dinov3_vits16").config(), Parameters.of(source));
            return new Learning((VisionTransformer) network, source.variables());
        }
    }

    /** Keeps everything, as an ordinary pass does. */
    private record Learning(VisionTransformer network, Map<String, Tensor> variables) implements LearningBackbone {
        @Override
        public BackboneConfig config() {
            return network.config();
        }

        @Override
        public String title() {
            return "learning";
        }

        @Override
        public List<Tokens> read(Tensor pixels, Taps taps) {
            return taps.read(network, pixels);
        }

        @Override
        public List<Path> export(Path folder, Map<String, String> metadata) {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
