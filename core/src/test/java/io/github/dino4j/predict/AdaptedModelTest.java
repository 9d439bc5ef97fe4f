package io.github.dino4j.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.lora.LoraFactors;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.lora.Target;
import io.github.dino4j.nn.CheckpointParameters;
import io.github.dino4j.nn.CheckpointParameters.Storage;
import io.github.dino4j.nn.NamedParameters;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdaptedModelTest {
    private static final BackboneConfig CONV =
            new ConvNextConfig(3, List.of(1, 1, 1, 1), List.of(8, 16, 16, 32), true, OptionalInt.empty());
    private static final Set<Target> ALL_OF_V3 =
            EnumSet.of(Target.Q, Target.K, Target.V, Target.PROJ, Target.W1, Target.W2, Target.W3);

    private static Lora adapter(BackboneConfig config, Set<Target> targets, int seed) {
        return adapter(config, targets, seed, 0.5f);
    }

    private static Lora adapter(BackboneConfig config, Set<Target> targets, int seed, float size) {
        LoraSpec spec = LoraSpec.DEFAULT.withRank(2).withAlpha(3).withTargets(targets);
        Lora drawn = Lora.random(spec, "random", LinearLayers.of(config), seed);
        Random random = new Random(seed);
        Map<String, LoraFactors> factors = new LinkedHashMap<>();
        drawn.factors().forEach((key, pair) -> {
            float[] b = pair.b();
            for (int i = 0; i < b.length; i++) {
                b[i] = size * (float) random.nextGaussian();
            }
            factors.put(key, new LoraFactors(2, pair.a(), b));
        });
        return drawn.with(factors);
    }

    private static float[] cls(Model model) {
        return model.features(List.of(model.card().transform().apply(TinyModel.picture(64, 64, 1))))
                .get(0)
                .embedding();
    }

    /** The class token of a plain backbone into whose weights the adapter was merged. */
    private static float[] merged(BackboneConfig config, Lora lora) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            NamedParameters drawn = new NamedParameters(new RandomParameters(1, arena));
            Backbone.of(config, Parameters.of(drawn));
            Map<String, StoredTensor> weights = new LinkedHashMap<>();
            drawn.tensors().forEach((name, tensor) -> weights.put(name, new StoredTensor.InEngine(tensor)));
            StateDict merged = lora.merge(StateDict.of(weights));
            Backbone backbone =
                    Backbone.of(config, Parameters.of(new CheckpointParameters(merged, arena, Storage.FLOAT32)));
            try (Model plain = Model.random(config, 1, LoadOptions.Precision.PLAIN)) {
                var pixels = plain.card().transform().apply(TinyModel.picture(64, 64, 1));
                return backbone.forward(Model.tensor(List.of(pixels)))
                        .normed()
                        .cls()
                        .toFloats();
            }
        }
    }

    private static void requireClose(float[] got, float[] expected, double tolerance) {
        assertThat(got).hasSameSizeAs(expected);
        for (int i = 0; i < got.length; i++) {
            assertThat((double) got[i]).isCloseTo(expected[i], within(tolerance));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LoadOptions.Precision.class,
            names = {"PLAIN", "FLOAT32"})
    void anAdapterOverAVisionTransformerGivesWhatMergedWeightsGive(LoadOptions.Precision precision) {
        Lora lora = adapter(TinyModel.CONFIG, ALL_OF_V3, 7);
        try (Model model = Model.random(TinyModel.CONFIG, 1, precision);
                Model adapted = model.adapted(lora)) {
            requireClose(cls(adapted), merged(TinyModel.CONFIG, lora), 2e-5);
            assertThat(cls(model)).isNotEqualTo(cls(adapted));
        }
    }

    /** The narrow types move the class token themselves; what the adapter adds must be far above that. */
    @ParameterizedTest
    @EnumSource(
            value = LoadOptions.Precision.class,
            names = {"BFLOAT16", "INT8"})
    void anAdapterOverANarrowModelGivesWhatMergedWeightsGiveToTheTypesRounding(LoadOptions.Precision precision) {
        assumeTrue(io.github.dino4j.tensor.Precision.valueOf(precision.name()).supported());
        Lora lora = adapter(TinyModel.CONFIG, EnumSet.of(Target.PROJ, Target.W3), 7, 3000); // LayerScale is small
        try (Model model = Model.random(TinyModel.CONFIG, 1, precision);
                Model adapted = model.adapted(lora)) {
            float[] expected = merged(TinyModel.CONFIG, lora);

            assertThat(cosine(cls(adapted), expected)).isGreaterThan(0.998);
            assertThat(cosine(cls(model), expected)).isLessThan(0.99);
        }
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    @ParameterizedTest
    @EnumSource(
            value = LoadOptions.Precision.class,
            names = {"PLAIN", "FLOAT32"})
    void anAdapterOverAConvNextGivesWhatMergedWeightsGive(LoadOptions.Precision precision) {
        Lora lora = adapter(CONV, EnumSet.of(Target.FC1, Target.FC2), 7);
        try (Model model = Model.random(CONV, 1, precision);
                Model adapted = model.adapted(lora)) {
            requireClose(cls(adapted), merged(CONV, lora), 2e-5);
        }
    }

    @Test
    void twoAdaptersAndTheModelRunInterleavedFromThreads() throws Exception {
        try (Model model = TinyModel.random();
                Model first = model.adapted(adapter(TinyModel.CONFIG, ALL_OF_V3, 7));
                Model second = model.adapted(adapter(TinyModel.CONFIG, EnumSet.of(Target.V), 8))) {
            List<Model> models = List.of(model, first, second);
            List<float[]> alone = models.stream().map(AdaptedModelTest::cls).toList();
            ExecutorService threads = Executors.newFixedThreadPool(3);
            try {
                List<Callable<float[]>> calls = new java.util.ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    Model one = models.get(i % 3);
                    calls.add(() -> cls(one));
                }
                List<Future<float[]>> results = threads.invokeAll(calls);
                for (int i = 0; i < 30; i++) {
                    assertThat(results.get(i).get()).isEqualTo(alone.get(i % 3));
                }
            } finally {
                threads.shutdown();
            }
        }
    }

    @Test
    void anAdaptedModelEndsWithTheModelUnderIt() {
        try (Model model = TinyModel.random();
                Model adapted = model.adapted(adapter(TinyModel.CONFIG, ALL_OF_V3, 7))) {
            model.close();

            assertThatThrownBy(() -> cls(adapted))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void closingAnAdaptedModelLeavesTheModelUnderIt() {
        try (Model model = TinyModel.random()) {
            float[] before = cls(model);
            Model adapted = model.adapted(adapter(TinyModel.CONFIG, ALL_OF_V3, 7));
            adapted.close();

            assertThat(cls(model)).isEqualTo(before);
        }
    }
}
