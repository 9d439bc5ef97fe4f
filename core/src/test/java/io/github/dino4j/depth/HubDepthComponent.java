package io.github.dino4j.depth;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.golden.BackboneComponent;
import io.github.dino4j.golden.CaseParameters;
import io.github.dino4j.golden.Check;
import io.github.dino4j.golden.GoldenComponent;
import io.github.dino4j.golden.OfficialConfig;
import io.github.dino4j.golden.OfficialDepth;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** DINOv2's depthers, over the case's weights, the published form of their files and Hugging Face's folder. */
public final class HubDepthComponent implements GoldenComponent {
    /**
     * Of an output's largest value: DPT's last convolution adds up channels that cancel, so that float32 roundings of 3e-6
     * of the largest depth (83 m) reach depths of 1 m, in whatever order the official operators run.
     */
    private static final double ROUNDING = 1e-5;

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("dinov2 dinov2/hub/depthers.py")
                || golden.source().startsWith("facebookresearch/dinov2 hub/depth");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        if (golden.json().has("checkpoint")) {
            checkpoint(golden, check);
            return;
        }
        JsonNode c = golden.config();
        Layers layers = Layers.of(OfficialDepth.ints(c.path("out_index")).stream()
                .mapToInt(i -> i)
                .toArray());
        DepthPreset preset = preset(c);
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            BackboneConfig config = OfficialConfig.of(golden);
            Backbone backbone = Backbone.of(config, Parameters.of(new CaseParameters(golden, "backbone.", arena)));
            Parameters p = Parameters.of(new CaseParameters(golden, "decode_head.", arena));
            outputs(golden, check, backbone, head(p, c, config.dim(), preset, new Taps(layers, false)), preset);

            golden.json().path("files").fieldNames().forEachRemaining(name -> {
                Path file = golden.file().resolveSibling(name);
                try (LoadedHead<DepthHead> loaded =
                        DepthHeadFile.open(file).load(config, "the case's backbone", preset, Optional.of(layers))) {
                    outputs(golden, check, backbone, loaded.head(), preset);
                }
            });
        }
    }

    private static void outputs(GoldenCase golden, Check check, Backbone backbone, DepthHead head, DepthPreset preset) {
        Tensor x = BackboneComponent.tensor(golden.input("x"));
        int multiple = InputFit.multiple(backbone.config());
        Tensor fitted = preset.fit().apply(x, multiple);
        List<Tokens> taps = head.taps().read(backbone, fitted);
        for (GoldenCase.Output output : golden.outputs()) {
            String name = output.name();
            if (name.startsWith("feat")) {
                check.expect(name, taps.get(Integer.parseInt(name.substring(4))).map());
            } else if (name.startsWith("cls")) {
                check.expect(name, taps.get(Integer.parseInt(name.substring(3))).cls());
            }
        }
        Tensor raw = head.forward(fitted, taps);
        check.expect("raw", raw, ROUNDING);
        DepthRange range = preset.values().range();
        check.expect(
                "depth",
                preset.restoration().apply(raw, range, preset.fit(), (int) x.size(2), (int) x.size(3), multiple),
                ROUNDING);
    }

    private static DepthPreset preset(JsonNode c) {
        JsonNode range = c.has("head") ? c.path("head") : c;
        double min = range.path(c.has("head") ? "min_depth" : "head_min_depth").asDouble(0.001);
        double max = range.path(c.has("head") ? "max_depth" : "head_max_depth").asDouble(80);
        FeaturesToDepth strategies = OfficialDepth.values(c);
        return DepthPreset.KITTI.withValues(strategies.withRange(new DepthRange(min, max)));
    }

    private static DepthHead head(Parameters p, JsonNode c, int dim, DepthPreset preset, Taps taps) {
        if (c.has("head")) {
            JsonNode head = c.path("head");
            return new DptHead(
                    p,
                    OfficialDepth.dpt(
                            head,
                            OfficialDepth.ints(head.path("in_channels")),
                            head.path("readout_type").asText("project"),
                            false,
                            1),
                    preset.values(),
                    taps);
        }
        LinearDepthConfig config = new LinearDepthConfig(
                Collections.nCopies(c.path("layers").asInt(), dim),
                ClassToken.APPENDED,
                HeadNorm.NONE,
                c.path("upsample").asInt(4),
                c.path("n_bins").asInt(256));
        return new LinearDepthHead(p, config, preset.values(), taps);
    }

    /** A Hugging Face folder, loaded as a user loads it: once as transformers answers, once as DINOv2's hub. */
    private static void checkpoint(GoldenCase golden, Check check) {
        Path folder =
                golden.file().resolveSibling(golden.json().path("checkpoint").asText());
        DepthPreset official = preset(golden.config());
        DepthPreset transformers =
                official.withRange(0, official.values().range().max()); // adds no least depth
        try (Model model = Model.load(folder, LoadOptions.DEFAULT);
                DepthPredictor hub = DepthPredictor.load(model, folder, DepthOptions.DEFAULT.withPreset(official));
                DepthPredictor hf = DepthPredictor.load(model, folder, DepthOptions.DEFAULT.withPreset(transformers))) {
            model.run(backbone -> {
                Tensor x = BackboneComponent.tensor(golden.input("x"));
                DepthHead head = hf.head();
                Tensor fitted = InputFit.CENTRE_PADDING.apply(x, InputFit.multiple(backbone.config()));
                Tensor raw = head.forward(fitted, head.taps().read(backbone, fitted));
                for (GoldenCase.Output output : golden.outputs()) {
                    check.expect(
                            output.name(),
                            output.name().endsWith("_hf") ? raw.select(1, 0) : hub.depth(backbone, x),
                            ROUNDING);
                }
                return null;
            });
        }
    }
}
