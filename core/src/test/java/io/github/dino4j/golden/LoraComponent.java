package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.lora.LoraFactors;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.lora.LoraVariables;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.segment.FineTuneFpn;
import io.github.dino4j.segment.FineTuneLinear;
import io.github.dino4j.segment.LogitHead;
import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** dinov3-finetune's encoder with LoRA on q and v, a decoder over it, its loss and all gradients; nothing else learns. */
final class LoraComponent implements GoldenComponent {
    private static final SegmentLoss LOSS =
            new SegmentLoss.CrossEntropy(SegmentLoss.Reduction.MEAN_OF_VALID, List.of(), SegmentLoss.IGNORED, 1);
    private static final String WRAPPED = "encoder.blocks.%s.attn.qkv.linear_%s_%s.weight";

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().startsWith("RobvanGastel/dinov3-finetune")
                && golden.source().endsWith("DINOEncoderLoRA")
                && golden.config().path("use_lora").asBoolean()
                && !golden.config().has("steps");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        try (Arena arena = new Arena();
                Scope scope = Scope.open()) {
            BackboneConfig config = OfficialConfig.of(golden);
            LoraVariables lora = new LoraVariables(lora(golden, config), golden.name(), LinearLayers.of(config), arena);
            Backbone backbone = Backbone.of(
                    config,
                    Parameters.of(new Wrapped(new CaseParameters(golden, "encoder.", arena), arena))
                            .updated(lora.updates()));
            TrainableParameters weights =
                    new TrainableParameters(new CaseParameters(golden, "decoder.", arena), name -> true);
            LogitHead decoder = decoder(golden, c, Parameters.of(weights));
            Tensor x = BackboneComponent.tensor(golden.input("x"));
            Tensor label = BackboneComponent.tensor(golden.input("label")).to(DType.I64);

            Tensor logits = decoder.scores(x, decoder.taps().read(backbone, x), (int) x.size(2), (int) x.size(3));
            Tensor loss = LOSS.of(logits, label);
            loss.backward();

            check.expect("logits", logits);
            check.expect("loss", loss);
            lora.variables().forEach((name, variable) -> {
                String[] parts = name.split("\\.", -1); // blocks, 3, q, a
                String official = String.format(WRAPPED, parts[1], parts[3], parts[2]);
                check.expectGradient("grad:" + official, variable.grad());
            });
            weights.variables()
                    .forEach((name, variable) -> check.expectGradient("grad:decoder." + name, variable.grad()));
        }
    }

    private static LogitHead decoder(GoldenCase golden, JsonNode c, Parameters p) {
        int width = c.path("emb_dim").asInt();
        int classes = c.path("n_classes").asInt();
        if (!c.path("use_fpn").asBoolean()) {
            return new FineTuneLinear(p, width, classes);
        }
        JsonNode fixed = golden.json().path("hard_coded"); // constants of the official class, beside its arguments
        int channels = fixed.path("fpn_out_channels").asInt(128);
        int padding = fixed.path("fpn_padding").asInt(0);
        return new FineTuneFpn(p, new FpnDecoder.Config(width, channels, classes, padding));
    }

    private static Lora lora(GoldenCase golden, BackboneConfig config) {
        int rank = golden.config().path("r").asInt();
        Map<String, LoraFactors> factors = new LinkedHashMap<>();
        for (int block = 0; block < config.depth(); block++) {
            for (String part : List.of("q", "v")) {
                factors.put(
                        "blocks." + block + "." + part,
                        new LoraFactors(
                                rank,
                                golden.weight(String.format(WRAPPED, block, "a", part))
                                        .values(),
                                golden.weight(String.format(WRAPPED, block, "b", part))
                                        .values()));
            }
        }
        return new Lora(LoraSpec.DEFAULT.withRank(rank), Optional.empty(), factors);
    }

    /** The wrapped layer stands one name deeper. */
    private record Wrapped(ParameterSource source, Arena arena) implements ParameterSource {
        @Override
        public Tensor take(String name, Init init, long... shape) {
            return source.take(name.replace(".attn.qkv.", ".attn.qkv.qkv."), init, shape);
        }

        @Override
        public Tensor keep(Tensor derived) {
            return arena.keep(derived);
        }
    }
}
