package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.ssl.DinoHead;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;

/** The projection heads of self-supervised training. */
final class DinoHeadComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("DINOHead") && golden.config().has("bottleneck_dim");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            DinoHead head = new DinoHead(
                    Parameters.of(new CaseParameters(golden, "", arena)), config(golden.config(), golden.source()));
            check.expect("out", head.forward(BackboneComponent.tensor(golden.input("x"))));
            if (check.has("bottleneck")) {
                Tensor z = BackboneComponent.tensor(golden.input("z"));
                check.expect("bottleneck", head.bottleneck(BackboneComponent.tensor(golden.input("x"))));
                check.expect("only_last", head.scores(z));
            }
        }
    }

    /** Constructor arguments of the official classes, defaults included. */
    static DinoHead.Config config(JsonNode c, String source) {
        DinoHead.LastLayer last = source.startsWith("facebookresearch/dinov3")
                ? DinoHead.LastLayer.PLAIN
                : source.startsWith("facebookresearch/dinov2")
                        ? DinoHead.LastLayer.WEIGHT_NORM
                        : c.path("norm_last_layer").asBoolean(true)
                                ? DinoHead.LastLayer.UNIT_ROWS
                                : DinoHead.LastLayer.WEIGHT_NORM;
        return new DinoHead.Config(
                c.path("in_dim").asInt(),
                c.path("out_dim").asInt(),
                c.path("hidden_dim").asInt(2048),
                c.path("bottleneck_dim").asInt(256),
                c.path("nlayers").asInt(3),
                c.path("use_bn").asBoolean(false),
                last);
    }
}
