package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.depth.DptConfig;
import io.github.dino4j.depth.DptHead;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;

/** DINOv3's DPTHead on given maps and class tokens. */
final class DptHeadComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().endsWith("dpt_head.py DPTHead");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            DptConfig config = OfficialDepth.dpt(
                    c,
                    OfficialDepth.ints(c.path("in_channels")),
                    c.path("readout_type").asText("project"),
                    c.path("use_batchnorm").asBoolean(false),
                    c.path("n_output_channels").asInt(256));
            DptHead head = new DptHead(
                    Parameters.of(new CaseParameters(golden, "", arena)),
                    config,
                    OfficialDepth.values(c),
                    new Taps(Layers.last(DptConfig.LEVELS), true));
            List<Tokens> taps = new ArrayList<>();
            for (int i = 0; i < DptConfig.LEVELS; i++) {
                Tensor map = BackboneComponent.tensor(golden.input("patch" + i));
                Tensor patches = map.flatten(2, 3).transpose(1, 2);
                Tensor cls = BackboneComponent.tensor(golden.input("cls" + i));
                taps.add(new Tokens(cls, patches.narrow(1, 0, 0), patches, (int) map.size(2), (int) map.size(3)));
            }
            check.expect("out", head.logits(taps));
        }
    }
}
