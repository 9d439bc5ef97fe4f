package io.github.dino4j.backbone;

import io.github.dino4j.golden.BackboneComponent;
import io.github.dino4j.golden.CaseParameters;
import io.github.dino4j.golden.Check;
import io.github.dino4j.golden.GoldenComponent;
import io.github.dino4j.golden.OfficialConfig;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;

/** DINOv1's XCiT; stands in this package to see the stem and the position code by themselves. */
public final class XcitComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().startsWith("facebookresearch/xcit xcit.py");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            XcitConfig config = (XcitConfig) OfficialConfig.of(golden);
            Xcit xcit = new Xcit(Parameters.of(new CaseParameters(golden, "", arena)), config);
            Tensor x = BackboneComponent.tensor(golden.input("x"));
            Tensor map = xcit.patchEmbedding(x);
            check.expect("patch_embed", map.flatten(2, 3).transpose(1, 2));
            check.expect("pos_encoding", xcit.positionCode((int) map.size(2), (int) map.size(3), Device.CPU));
            check.expect("features", xcit.forward(x).normed().cls());
        }
    }
}
