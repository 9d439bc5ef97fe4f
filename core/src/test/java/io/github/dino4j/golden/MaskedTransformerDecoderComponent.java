package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.decoder.MaskPrediction;
import io.github.dino4j.decoder.MaskedTransformerDecoder;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;

/** Mask2Former's transformer decoder with all its predictions. */
final class MaskedTransformerDecoderComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().endsWith("MultiScaleMaskedTransformerDecoder");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            List<Tensor> maps = new ArrayList<>();
            for (String name : golden.inputNames()) {
                if (name.startsWith("ms")) {
                    maps.add(BackboneComponent.tensor(golden.input(name)));
                }
            }
            Parameters parameters = Parameters.of(new CaseParameters(golden, "", arena));
            MaskedTransformerDecoder.Config config = config(golden.config(), maps.size());
            Tensor features = BackboneComponent.tensor(golden.input("mask_features"));
            List<MaskPrediction> got = MaskTies.decide(
                    golden,
                    "pred_masks",
                    threshold -> new MaskedTransformerDecoder(parameters, config.withThreshold(threshold))
                            .forward(maps, features),
                    predictions ->
                            predictions.get(predictions.size() - 1).masks().toFloats());
            for (int i = 0; i < got.size(); i++) {
                String prefix = i == got.size() - 1 ? "pred" : "aux" + i;
                check.expect(prefix + "_logits", got.get(i).classes());
                check.expect(prefix + "_masks", got.get(i).masks());
            }
        }
    }

    private static MaskedTransformerDecoder.Config config(JsonNode c, int levels) {
        int channels = c.path("in_channels").asInt();
        int dim = c.path("hidden_dim").asInt();
        return new MaskedTransformerDecoder.Config(
                channels,
                dim,
                c.path("mask_dim").asInt(),
                c.path("num_classes").asInt(),
                c.path("num_queries").asInt(),
                levels,
                c.path("dec_layers").asInt(),
                c.path("nheads").asInt(),
                c.path("dim_feedforward").asInt(),
                channels != dim || c.path("enforce_input_project").asBoolean());
    }
}
