package io.github.dino4j.golden;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.testkit.GoldenCase;
import java.util.List;

/** DINOv1's ResNet-50. */
final class ResNetComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().startsWith("facebookresearch/dino hubconf.py dino_resnet50");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Backbone backbone =
                    Backbone.of(OfficialConfig.of(golden), Parameters.of(new CaseParameters(golden, "", arena)));
            List<Tokens> stages =
                    backbone.intermediate(BackboneComponent.tensor(golden.input("x")), Layers.last(4), true);
            for (GoldenCase.Output output : golden.outputs()) {
                if (output.name().matches("layer[1-4]")) {
                    int stage = output.name().charAt(5) - '1';
                    check.expect(output.name(), stages.get(stage).map());
                }
            }
            check.expect("features", stages.get(3).cls());
        }
    }
}
