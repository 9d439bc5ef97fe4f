package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.depth.ClassToken;
import io.github.dino4j.depth.DepthHead;
import io.github.dino4j.depth.DptHead;
import io.github.dino4j.depth.FeaturesToDepth;
import io.github.dino4j.depth.HeadNorm;
import io.github.dino4j.depth.InputFit;
import io.github.dino4j.depth.LinearDepthConfig;
import io.github.dino4j.depth.LinearDepthHead;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/** DINOv3's depthers: input fit, backbone, linear or DPT decoder, bins. */
final class DeptherComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("dinov3/eval/depth/models")
                && golden.config().has("decoder");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode decoder = golden.json().has("decoder_resolved")
                ? golden.json().path("decoder_resolved")
                : golden.config().path("decoder");
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Backbone backbone = Backbone.of(
                    OfficialConfig.of(golden), Parameters.of(new CaseParameters(golden, "encoder.backbone.", arena)));
            Taps taps = new Taps(
                    Layers.of(layers(golden, decoder).stream().mapToInt(i -> i).toArray()),
                    decoder.path("use_backbone_norm").asBoolean(false));
            Parameters p = Parameters.of(new CaseParameters(golden, "decoder.", arena));
            DepthHead head = head(p, decoder, widths(backbone.config(), taps.layers()), taps);

            Tensor x = fit(golden)
                    .apply(BackboneComponent.tensor(golden.input("x")), InputFit.multiple(backbone.config()));
            List<Tokens> tokens = taps.read(backbone, x);

            check.expect("logits", head.logits(tokens));
            check.expect("depth", head.forward(x, tokens));
        }
    }

    private static DepthHead head(Parameters p, JsonNode decoder, List<Integer> widths, Taps taps) {
        FeaturesToDepth values = OfficialDepth.values(decoder);
        boolean batchNorm = decoder.path("use_batchnorm").asBoolean(false);
        boolean cls = decoder.path("use_cls_token").asBoolean(false);
        int outputs = decoder.path("n_output_channels").asInt(256);
        if (decoder.path("type").asText("linear").equals("dpt")) {
            String readout = decoder.path("readout_type").asText(cls ? "project" : "ignore");
            return new DptHead(
                    p,
                    OfficialDepth.dpt(decoder.path("head_kwargs"), widths, readout, batchNorm, outputs),
                    values,
                    taps);
        }
        LinearDepthConfig config = new LinearDepthConfig(
                widths,
                cls ? ClassToken.APPENDED : ClassToken.IGNORED,
                batchNorm ? HeadNorm.BATCH : HeadNorm.NONE,
                1,
                outputs);
        return new LinearDepthHead(p, config, values, taps);
    }

    private static InputFit fit(GoldenCase golden) {
        String name = golden.config().path("adapt_to_patch_size").asText("center_padding");
        return name.contains("pad")
                ? InputFit.CENTRE_PADDING
                : name.contains("stretch") ? InputFit.STRETCH : InputFit.NOTHING;
    }

    /** A list, or the name of a set of layers with the list behind it. */
    private static List<Integer> layers(GoldenCase golden, JsonNode decoder) {
        JsonNode resolved = decoder.path("backbone_out_layers");
        JsonNode asked = golden.config().path("backbone_out_layers");
        try {
            return OfficialDepth.ints(
                    resolved.isArray()
                            ? resolved
                            : asked.isArray()
                                    ? asked
                                    : new ObjectMapper().readTree(asked.asText().replaceFirst("^[^\\[]*", "")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Integer> widths(BackboneConfig config, Layers layers) {
        return Arrays.stream(layers.indices(config.depth()))
                .mapToObj(layer -> config instanceof ConvNextConfig convNext
                        ? convNext.dims().get(layer)
                        : (Integer) config.dim())
                .toList();
    }
}
