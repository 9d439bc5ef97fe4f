package io.github.dino4j.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.lora.LoraFactors;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.LoraBackbone.Arithmetic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraBackboneTest {
    private static final Taps TAPS = new Taps(Layers.last(1), true);

    @TempDir
    private Path folder;

    private static Model plain() {
        return Model.random(TinyModel.CONFIG, 1, LoadOptions.Precision.PLAIN);
    }

    private static Tensor pixels() {
        float[] values = new float[3 * 64 * 64];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 37 % 101) / 50f - 1;
        }
        return Tensor.of(values, 1, 3, 64, 64);
    }

    private static Lora filled() {
        Lora drawn = Lora.random(LoraSpec.DEFAULT, "random", LinearLayers.of(TinyModel.CONFIG), 1);
        Map<String, LoraFactors> factors = new LinkedHashMap<>();
        drawn.factors().forEach((key, pair) -> {
            float[] b = pair.b();
            Arrays.fill(b, 0.3f);
            factors.put(key, new LoraFactors(pair.rank(), pair.a(), b));
        });
        return drawn.with(factors);
    }

    private static Tensor loss(LearningBackbone backbone) {
        Tensor patches = backbone.read(pixels(), TAPS).get(0).patches();
        return patches.narrow(2, 0, 7).square().mean(false, 0, 1, 2);
    }

    @Test
    void gradientsReachTheAdapterAloneAndStepsRepeat() {
        try (Model model = plain();
                LoraBackbone backbone = new LoraBackbone(model, filled(), Arithmetic.FLOAT32)) {
            for (int step = 0; step < 2; step++) {
                try (Scope scope = Scope.open()) {
                    backbone.backward(loss(backbone));
                    backbone.variables()
                            .forEach((name, variable) -> assertThat(variable.grad()
                                            .square()
                                            .sum(false, 0, 1)
                                            .item())
                                    .as(name)
                                    .isPositive());
                }
            }
            assertThat(backbone.variables()).hasSize(8);
        }
    }

    @Test
    void mixedArithmeticGivesTheLossWithinTwoPercentAndGradientsThatPointTheSameWay() {
        try (Model model = plain();
                LoraBackbone exact = new LoraBackbone(model, filled(), Arithmetic.FLOAT32);
                LoraBackbone mixed = new LoraBackbone(model, filled(), Arithmetic.MIXED);
                Scope scope = Scope.open()) {
            Tensor expected = loss(exact);
            Tensor got = loss(mixed);
            expected.backward();
            got.backward();

            assertThat(got.item()).isCloseTo(expected.item(), within(0.02 * expected.item()));
            exact.variables().forEach((name, variable) -> {
                float[] a = variable.grad().toFloats();
                float[] b = requireNonNull(mixed.variables().get(name)).grad().toFloats();
                double ab = 0;
                double aa = 0;
                double bb = 0;
                for (int i = 0; i < a.length; i++) {
                    ab += (double) a[i] * b[i];
                    aa += (double) a[i] * a[i];
                    bb += (double) b[i] * b[i];
                }
                assertThat(ab / Math.sqrt(aa * bb)).as(name).isGreaterThan(0.99);
            });
        }
    }

    @Test
    void dropoutLeavesOutInputsOfTheAdapterWhileItLearnsAndRepeatsFromTheSameSeed() {
        Lora full = filled();
        Lora dropping = new Lora(full.spec().withDropout(0.5), full.backbone(), full.factors());
        try (Model model = plain();
                LoraBackbone exact = new LoraBackbone(model, full, Arithmetic.FLOAT32);
                LoraBackbone backbone = new LoraBackbone(model, dropping, Arithmetic.FLOAT32);
                Scope scope = Scope.open()) {
            Engine.seed(5);
            double first = loss(backbone).item();
            double second = loss(backbone).item();
            Engine.seed(5);
            double again = loss(backbone).item();

            assertThat(again).isEqualTo(first);
            assertThat(second).isNotEqualTo(first);
            assertThat(loss(exact).item()).isNotEqualTo(first);
        }
    }

    @Test
    void exportsAnAdapterThatGivesTheSameOverAPackedModel() throws IOException {
        try (Model model = plain();
                Model packed = TinyModel.random();
                LoraBackbone backbone = new LoraBackbone(model, filled(), Arithmetic.FLOAT32)) {
            Path file = backbone.export(folder, Map.of()).get(0);
            try (Model adapted = packed.adapted(Lora.read(file));
                    Scope scope = Scope.inference()) {
                float[] expected =
                        backbone.read(pixels(), TAPS).get(0).patches().toFloats();
                float[] got =
                        adapted.run(b -> TAPS.read(b, pixels()).get(0).patches().toFloats());
                for (int i = 0; i < got.length; i++) {
                    assertThat((double) got[i]).isCloseTo(expected[i], within(2e-5));
                }
            }
        }
    }

    @Test
    void aWholeBackboneWithAMaskedBiasLearnsInEveryStep() {
        try (Model model = plain();
                WholeBackbone whole = new WholeBackbone(model, Arithmetic.FLOAT32)) {
            for (int step = 0; step < 2; step++) {
                try (Scope scope = Scope.open()) {
                    loss(whole).backward();
                    float[] bias = requireNonNull(whole.variables().get("blocks.0.attn.qkv.bias"))
                            .grad()
                            .toFloats();
                    int third = bias.length / 3;
                    for (float value : Arrays.copyOfRange(bias, third, 2 * third)) {
                        assertThat(value == 0).isTrue(); // of either sign
                    }
                    assertThat(bias[0]).isNotZero();
                }
            }
        }
    }

    @Test
    void aWholeBackboneExportsACheckpointThatLoadsAgain() throws IOException {
        try (Model model = plain();
                WholeBackbone whole = new WholeBackbone(model, Arithmetic.FLOAT32)) {
            Path file = whole.export(folder, Map.of()).get(0);
            try (Model back = Model.load(file, LoadOptions.DEFAULT.withPrecision(LoadOptions.Precision.PLAIN));
                    Scope scope = Scope.inference()) {
                float[] expected = whole.read(pixels(), TAPS).get(0).patches().toFloats();
                float[] got =
                        back.run(b -> TAPS.read(b, pixels()).get(0).patches().toFloats());
                assertThat(got).isEqualTo(expected);
            }
        }
    }
}
