package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.Rotary;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tables of DINOv3's rotary embedding, from computed periods. */
final class RopeComponent implements GoldenComponent {
    private static final Pattern TABLE = Pattern.compile("(sin|cos)_(\\d+)x(\\d+)");

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().endsWith("RopePositionEmbedding");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        int headDim = c.path("embed_dim").asInt() / c.path("num_heads").asInt();
        RotaryEmbedding.Config config =
                OfficialConfig.rope(c, "base", "min_period", "max_period", "normalize_coords", "dtype");
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ParameterSource source = new RandomParameters(0, arena); // fills the periods that the config asks for
            Parameters p = Parameters.of(source);
            RotaryEmbedding rotary = new RotaryEmbedding(p, config, headDim);
            check.expect(
                    "periods", p.tensor("again", Init.values(config.periods().values(headDim)), headDim / 4));
            for (GoldenCase.Output output : golden.outputs()) {
                Matcher table = TABLE.matcher(output.name());
                if (table.matches()) {
                    Rotary.Table at = rotary.at(Integer.parseInt(table.group(2)), Integer.parseInt(table.group(3)));
                    Tensor half = table.group(1).equals("sin") ? at.sin() : at.cos();
                    check.expect(output.name(), Tensor.cat(1, half, half)); // both halves of a head turn alike
                }
            }
        }
    }
}
