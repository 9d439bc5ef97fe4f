package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.decoder.SinePositions;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.testkit.GoldenCase;

/** Sine positions of Mask2Former's decoders. */
final class SinePositionsComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().endsWith("position_encoding.py PositionEmbeddingSine");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Parameters view = Parameters.of(new RandomParameters(0, arena)); // asked for tables only
            SinePositions positions =
                    new SinePositions(view, c.path("num_pos_feats").asInt(), 0);
            for (JsonNode shape : c.path("shapes")) {
                int height = shape.get(0).asInt();
                int width = shape.get(1).asInt();
                check.expect("pos_" + height + "x" + width, positions.at(height, width));
            }
        }
    }
}
