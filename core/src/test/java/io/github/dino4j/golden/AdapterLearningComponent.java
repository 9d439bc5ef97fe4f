package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.Pyramid;
import io.github.dino4j.decoder.VitAdapter;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Gradients through the adapter and a decoder over it: FPN or the pixel decoder; frozen backbone. */
final class AdapterLearningComponent implements GoldenComponent {
    private static final SegmentLoss LOSS =
            new SegmentLoss.CrossEntropy(SegmentLoss.Reduction.MEAN_OF_VALID, List.of(), SegmentLoss.IGNORED, 1);

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("dinov3_adapter.py DINOv3_Adapter + ");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        try (Arena arena = new Arena();
                Scope scope = Scope.open()) {
            Backbone backbone = Backbone.of(
                    OfficialConfig.of(golden), Parameters.of(new CaseParameters(golden, "adapter.backbone.", arena)));
            Learning weights = new Learning(new CaseParameters(golden, "", arena));
            Parameters p = Parameters.of(weights);
            if (c.path("mode").asText().contains("train mode")) {
                p = p.learning();
            }
            VitAdapter adapter = new VitAdapter(
                    p.at("adapter"),
                    AdapterComponent.config(c.path("adapter"), backbone.config().dim()));
            Function<Pyramid, Tensor> head = head(p.at("head"), c.path("head"));
            Tensor x = BackboneComponent.tensor(golden.input(named(golden, "x")));
            Tensor label = BackboneComponent.tensor(golden.input(named(golden, "label")))
                    .to(DType.I64);

            List<Tokens> taps = backbone.intermediate(x, AdapterComponent.layers(c.path("adapter")), true);
            Tensor logits = head.apply(adapter.forward(x, taps));
            Tensor loss = LOSS.of(logits.bilinear(x.size(2), x.size(3), false), label);
            loss.backward();

            check.expect("logits", logits);
            check.expect("loss", loss);
            for (GoldenCase.Output output : golden.outputs()) {
                String name = output.name().substring(output.name().indexOf(':') + 1);
                if (output.name().startsWith("grad:")) {
                    check.expectGradient(output.name(), weights.get(name).grad());
                } else if (output.name().startsWith("after:")) {
                    check.expect(output.name(), weights.get(name));
                }
            }
        }
    }

    private static Function<Pyramid, Tensor> head(Parameters p, JsonNode c) {
        if (c.path("type").asText().startsWith("FPNDecoder")) {
            FpnDecoder decoder = new FpnDecoder(
                    p,
                    new FpnDecoder.Config(
                            c.path("in_channels").asInt(),
                            c.path("out_channels").asInt(),
                            c.path("n_classes").asInt(),
                            c.path("type").asText().contains("padding 1") ? 1 : 0));
            return m -> decoder.forward(List.of(m.sixteenth(), m.eighth(), m.quarter(), m.thirtySecond()));
        }
        PixelDecoder decoder = new PixelDecoder(
                p,
                new PixelDecoder.Config(
                        c.path("in_channels").asInt(c.path("conv_dim").asInt()),
                        c.path("conv_dim").asInt(),
                        c.path("mask_dim").asInt(),
                        c.path("heads").asInt(),
                        c.path("ffn").asInt(),
                        c.path("layers").asInt()));
        return maps -> decoder.forward(maps).maskFeatures();
    }

    private static String named(GoldenCase golden, String end) {
        return golden.inputNames().stream()
                .filter(name -> name.endsWith(end))
                .findFirst()
                .orElseThrow();
    }

    /** Every weight a variable, and all of them at hand. */
    private record Learning(ParameterSource source, Map<String, Tensor> weights) implements ParameterSource {
        Learning(ParameterSource source) {
            this(source, new HashMap<>());
        }

        @Override
        public Tensor take(String name, Init init, long... shape) {
            Tensor weight = source.take(name, init, shape).learn();
            weights.put(name, weight);
            return weight;
        }

        @Override
        public Tensor buffer(String name, Init init, long... shape) {
            Tensor buffer = source.take(name, init, shape);
            weights.put(name, buffer);
            return buffer;
        }

        @Override
        public Tensor keep(Tensor derived) {
            return source.keep(derived);
        }

        Tensor get(String name) {
            return java.util.Objects.requireNonNull(weights.get(name), name);
        }
    }
}
