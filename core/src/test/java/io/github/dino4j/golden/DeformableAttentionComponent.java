package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.decoder.DeformableSampling;
import io.github.dino4j.decoder.Levels;
import io.github.dino4j.decoder.MultiScaleDeformableAttention;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The sampling alone, and MSDeformAttn around it. */
final class DeformableAttentionComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("utils/ms_deform_attn.py");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        List<Levels.Size> sizes = new ArrayList<>();
        c.path("spatial_shapes")
                .forEach(s ->
                        sizes.add(new Levels.Size(s.get(0).asInt(), s.get(1).asInt())));
        Levels levels = new Levels(sizes);
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Tensor out = golden.source().contains("ms_deform_attn_core")
                    ? DeformableSampling.of(
                            input(golden, "value"),
                            levels,
                            input(golden, "sampling_locations"),
                            input(golden, "attention_weights"))
                    : module(golden, arena)
                            .forward(
                                    input(golden, "query"),
                                    input(golden, "reference_points"),
                                    input(golden, "input_flatten"),
                                    levels,
                                    golden.inputNames().contains("padding_mask")
                                            ? Optional.of(BackboneComponent.mask(golden.input("padding_mask")))
                                            : Optional.empty());
            check.expect("out", out);
        }
    }

    private static MultiScaleDeformableAttention module(GoldenCase golden, Arena arena) {
        JsonNode c = golden.config();
        return new MultiScaleDeformableAttention(
                Parameters.of(new CaseParameters(golden, "", arena)),
                new MultiScaleDeformableAttention.Config(
                        c.path("d_model").asInt(),
                        c.path("n_levels").asInt(),
                        c.path("n_heads").asInt(),
                        c.path("n_points").asInt(),
                        c.path("ratio").asDouble()));
    }

    private static Tensor input(GoldenCase golden, String name) {
        return BackboneComponent.tensor(golden.input(name));
    }
}
