package io.github.dino4j.golden;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.AttentionMap;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;

/** DINOv1's visualisation: attention of the class token and its thresholded masks. */
final class AttentionComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().startsWith("facebookresearch/dino visualize_attention.py");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Backbone backbone =
                    Backbone.of(OfficialConfig.of(golden), Parameters.of(new CaseParameters(golden, "", arena)));
            Tensor x = BackboneComponent.tensor(golden.input("x"));
            int patch = backbone.config().patch();
            Tensor attention = backbone.attention(x, Layers.last(1)).get(0);
            AttentionMap map = AttentionMap.of(attention, 0, (int) x.size(2) / patch, (int) x.size(3) / patch);
            check.expect("attn", attention);
            float[] cls = new float[map.heads() * map.height() * map.width()];
            for (int head = 0; head < map.heads(); head++) {
                System.arraycopy(map.head(head), 0, cls, head * map.height() * map.width(), map.height() * map.width());
            }
            check.expect("cls_attn", new long[] {map.heads(), map.height(), map.width()}, cls);
            for (GoldenCase.Output output : golden.outputs()) {
                if (output.name().startsWith("mask_")) {
                    double mass = Double.parseDouble(
                            output.name().replace("mask_", "").replace("_up", ""));
                    Tensor mask = mask(map, mass);
                    check.expect(
                            output.name(),
                            output.name().endsWith("_up")
                                    ? mask.unsqueeze(0)
                                            .nearest(x.size(2), x.size(3))
                                            .select(0, 0)
                                    : mask);
                }
            }
        }
    }

    private static Tensor mask(AttentionMap map, double mass) {
        int size = map.height() * map.width();
        float[] values = new float[map.heads() * size];
        for (int head = 0; head < map.heads(); head++) {
            boolean[] mask = map.mask(head, mass);
            for (int i = 0; i < size; i++) {
                values[head * size + i] = mask[i] ? 1 : 0;
            }
        }
        return Tensor.of(values, map.heads(), map.height(), map.width());
    }
}
