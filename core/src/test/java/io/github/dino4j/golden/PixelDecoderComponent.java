package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.Pyramid;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.List;
import java.util.stream.IntStream;

/** MSDeformAttnPixelDecoder on a pyramid. */
final class PixelDecoderComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().endsWith("pixel_decoder.py MSDeformAttnPixelDecoder")
                && golden.inputNames().contains("f1");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        List<Tensor> maps;
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            maps = IntStream.rangeClosed(1, 4)
                    .mapToObj(i -> BackboneComponent.tensor(golden.input("f" + i)))
                    .toList();
            PixelDecoder decoder = new PixelDecoder(
                    Parameters.of(new CaseParameters(golden, "", arena)),
                    new PixelDecoder.Config(
                            (int) maps.get(0).size(1),
                            c.path("conv_dim").asInt(),
                            c.path("mask_dim").asInt(),
                            c.path("transformer_nheads").asInt(),
                            c.path("transformer_dim_feedforward").asInt(),
                            c.path("transformer_enc_layers").asInt()));
            PixelDecoder.Decoded decoded =
                    decoder.forward(new Pyramid(maps.get(0), maps.get(1), maps.get(2), maps.get(3)));
            check.expect("mask_features", decoded.maskFeatures());
            check.expect("transformer_encoder_features", decoded.levels().get(0));
            for (int i = 0; i < 3; i++) {
                check.expect("multi_scale_" + i, decoded.levels().get(i));
            }
        }
    }
}
