package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Pyramid;
import io.github.dino4j.decoder.VitAdapter;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;

/** DINOv3's adapter with every intermediate. */
final class AdapterComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().endsWith("dinov3_adapter.py DINOv3_Adapter");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config().path("adapter");
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Backbone backbone = Backbone.of(
                    OfficialConfig.of(golden), Parameters.of(new CaseParameters(golden, "backbone.", arena)));
            VitAdapter adapter = new VitAdapter(
                    Parameters.of(new CaseParameters(golden, "", arena)),
                    config(c, backbone.config().dim()));
            Tensor x = BackboneComponent.tensor(golden.input("x"));
            List<Tokens> taps = backbone.intermediate(x, layers(c), true);
            List<Tensor> maps;
            try (Trace trace = Trace.start((name, output) -> expect(name, output, check))) {
                Pyramid pyramid = adapter.forward(x, taps);
                maps = pyramid.maps();
            }
            for (int i = 0; i < 4; i++) {
                check.expect("f" + (i + 1), maps.get(i));
            }
        }
    }

    private static void expect(String stage, Tensor output, Check check) {
        String block = stage.replaceFirst("interactions\\.(\\d+) \\(c\\)", "block_$1_c");
        String prior = stage.replaceFirst("tokens \\((c[234])\\)|spm.fc1 \\((c1)\\)", "spm_$1$2");
        for (String name : List.of(block, prior)) {
            if (!name.equals(stage)) {
                check.expect(name, output);
            }
        }
    }

    static Layers layers(JsonNode adapter) {
        List<Integer> indices = new ArrayList<>();
        adapter.path("interaction_indexes").forEach(index -> indices.add(index.asInt()));
        return Layers.of(indices.stream().mapToInt(i -> i).toArray());
    }

    static VitAdapter.Config config(JsonNode c, int dim) {
        return new VitAdapter.Config(
                dim,
                c.path("conv_inplane").asInt(64),
                c.path("deform_num_heads").asInt(16),
                c.path("n_points").asInt(4),
                c.path("cffn_ratio").asDouble(0.25),
                c.path("deform_ratio").asDouble(0.5),
                c.path("drop_path_rate").asDouble(0.3));
    }
}
