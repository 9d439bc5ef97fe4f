package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.depth.AfterFusion;
import io.github.dino4j.depth.DepthRange;
import io.github.dino4j.depth.DptConfig;
import io.github.dino4j.depth.FeaturesToDepth;
import io.github.dino4j.depth.HeadNorm;
import io.github.dino4j.depth.Readout;
import io.github.dino4j.nn.Bias;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Arguments of the official depth heads, defaults included, as our configurations. */
public final class OfficialDepth {
    private OfficialDepth() {}

    /** FeaturesToDepth(min_depth, max_depth, bins_strategy, norm_strategy). */
    public static FeaturesToDepth values(JsonNode c) {
        return new FeaturesToDepth(
                new DepthRange(
                        c.path("min_depth").asDouble(0.001), c.path("max_depth").asDouble(80)),
                spacing(c.path("bins_strategy").asText("linear")),
                weighting(c.path("norm_strategy").asText("linear")));
    }

    static FeaturesToDepth.Spacing spacing(String name) {
        return switch (name) {
            case "linear", "UD" -> FeaturesToDepth.Spacing.LINEAR;
            case "log", "SID" -> FeaturesToDepth.Spacing.LOG;
            case "chmv2_mixlog" -> FeaturesToDepth.Spacing.MIX_LOG;
            default -> throw new AssertionError("bins_strategy " + name);
        };
    }

    static FeaturesToDepth.Weighting weighting(String name) {
        return name.equals("chmv2_mixlog")
                ? FeaturesToDepth.Weighting.MIX_LOG
                : FeaturesToDepth.Weighting.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /**
     * DPTHead.
     *
     * @param c its arguments
     * @param readout ignore, add or project
     * @param outputs channels at the end
     */
    public static DptConfig dpt(JsonNode c, List<Integer> widths, String readout, boolean batchNorm, int outputs) {
        List<Integer> processed = ints(c.path("post_process_channels"));
        if (processed.isEmpty()) {
            processed = List.of(128, 256, 512, 1024);
        }
        List<Integer> expanded = new ArrayList<>();
        for (int i = 0; i < processed.size(); i++) {
            expanded.add(c.path("expand_channels").asBoolean(false) ? processed.get(i) << i : processed.get(i));
        }
        return new DptConfig(
                widths,
                expanded,
                c.path("channels").asInt(256),
                Readout.valueOf(readout.toUpperCase(Locale.ROOT)),
                batchNorm ? HeadNorm.BATCH : HeadNorm.NONE,
                Bias.of(c.path("use_bias").asBoolean(false)),
                c.path("projection_after_fusion").asBoolean(true) ? AfterFusion.PROJECTION : AfterFusion.NOTHING,
                c.path("n_hidden_channels").asInt(32),
                outputs);
    }

    public static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asInt()));
        return values;
    }
}
