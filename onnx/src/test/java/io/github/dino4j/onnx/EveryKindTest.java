package io.github.dino4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.backbone.Position.GridResample;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.RotaryEmbedding.Coordinates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of vision transformer, at its own size, at another, at an open size: ONNX Runtime gives our numbers. */
class EveryKindTest {
    private static final Ffn MLP = new Ffn.Mlp(96, true);

    @TempDir
    private Path folder;

    private static Map<String, VitConfig> kinds() {
        GridResample byScale = new GridResample.ByScale(0.1, false);
        GridResample bySize = new GridResample.BySize(true);
        Norm norm = RandomWeights.LAYER_NORM;
        Map<String, VitConfig> kinds = new LinkedHashMap<>();
        kinds.put("v1", RandomWeights.v1(byScale));
        kinds.put("v1 as timm", RandomWeights.v1(bySize));
        kinds.put("v1 as transformers", RandomWeights.v1(new GridResample.BySize(false)));
        kinds.put("v2", RandomWeights.v2(0, MLP, byScale));
        kinds.put("v2 registers", RandomWeights.v2(4, MLP, bySize));
        kinds.put("v2 by scale with antialias", RandomWeights.v2(0, MLP, new GridResample.ByScale(0.1, true)));
        kinds.put("v2 giant", RandomWeights.v2(0, new Ffn.PackedSwiGlu(64, true), byScale));
        kinds.put("v2 giant registers", RandomWeights.v2(4, new Ffn.PackedSwiGlu(64, true), bySize));
        kinds.put("v3", RandomWeights.v3(MLP, norm, Coordinates.SEPARATE, Bias.KEY_MASKED, false));
        kinds.put("v3 plus", RandomWeights.v3(new Ffn.SwiGlu(64, true), norm, Coordinates.MAX, Bias.FULL, false));
        kinds.put("v3 7b", RandomWeights.v3(new Ffn.SwiGlu(64, false), norm, Coordinates.SEPARATE, Bias.NONE, true));
        kinds.put("v3 rms", RandomWeights.v3(MLP, new Norm.Rms(1e-5), Coordinates.MIN, Bias.KEY_MASKED, true));
        VitConfig v3 = RandomWeights.v3(MLP, norm, Coordinates.SEPARATE, Bias.KEY_MASKED, false);
        kinds.put("v3 widened for depth", (VitConfig) new DepthFusion.Widened(DepthFusion.Start.ZERO).of(v3));
        return kinds;
    }

    @TestFactory
    Stream<DynamicTest> givesOurNumbers() {
        List<DynamicTest> tests = new ArrayList<>();
        kinds().forEach((name, config) -> {
            int patch = config.patch();
            for (OnnxOptions.Operators operators : OnnxOptions.Operators.values()) {
                OnnxOptions options = OnnxOptions.DEFAULT.with(operators);
                tests.add(test(name, config, options.withSize(5 * patch, 5 * patch)));
                tests.add(test(name, config, options.withSize(4 * patch, 7 * patch)));
                tests.add(test(name, config, options.withDynamicSize()));
                tests.add(test(
                        name, config, options.withSize(3 * patch, 3 * patch).withFoldLayerScale(false)));
                tests.add(test(
                        name, config, options.withSize(6 * patch, 6 * patch).with(OnnxOptions.Precision.INT8_DYNAMIC)));
            }
        });
        return tests.stream();
    }

    private DynamicTest test(String name, VitConfig config, OnnxOptions options) {
        String title = name + ", " + options.operators() + ", " + options.size()
                + (options.foldLayerScale() ? "" : ", not folded");
        return DynamicTest.dynamicTest(title, () -> {
            OnnxExporter.Result result =
                    OnnxExporter.export(config, RandomWeights.of(config), folder.resolve("m.onnx"), options);

            if (options.precision() == OnnxOptions.Precision.FLOAT32) {
                assertThat(result.report().orElseThrow().maxAbs()).isLessThan(1e-4);
            }
        });
    }
}
