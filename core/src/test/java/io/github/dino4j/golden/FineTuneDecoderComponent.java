package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.segment.FineTuneLinear;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.List;
import java.util.stream.IntStream;

/** The two decoders of dinov3-finetune, without a backbone. */
final class FineTuneDecoderComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().matches("RobvanGastel/dinov3-finetune .*/(linear|fpn)_decoder\\.py .*");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        int classes = c.path("n_classes").asInt();
        try (Scope scope = Scope.inference();
                Arena arena = new Arena()) {
            Parameters p = Parameters.of(new CaseParameters(golden, "", arena));
            if (golden.source().contains("fpn_decoder.py")) {
                FpnDecoder decoder = new FpnDecoder(
                        p,
                        new FpnDecoder.Config(
                                c.path("in_channels").asInt(),
                                c.path("out_channels").asInt(256),
                                classes,
                                c.path("padding").asInt(0)));
                List<Tensor> maps = IntStream.range(0, 4)
                        .mapToObj(i -> BackboneComponent.tensor(golden.input("feature" + i)))
                        .toList();
                check.expect("logits", decoder.forward(maps));
            } else {
                Tensor patches = BackboneComponent.tensor(golden.input("tokens"));
                int height = c.path("patch_h").asInt();
                int width = c.path("patch_w").asInt();
                Tokens tokens = new Tokens(patches.select(1, 0), patches.narrow(1, 0, 0), patches, height, width);
                FineTuneLinear decoder =
                        new FineTuneLinear(p, c.path("channels").asInt(), classes);
                check.expect("logits", decoder.logits(List.of(tokens)));
            }
        }
    }
}
