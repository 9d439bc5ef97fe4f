package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.MaskPrediction;
import io.github.dino4j.decoder.MaskedTransformerDecoder;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.segment.Fit;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.Mask2FormerConfig;
import io.github.dino4j.segment.Mask2FormerSegmenter;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import io.github.dino4j.testkit.GoldenCase;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Backbone, adapter and Mask2Former: forward, whole inference and sliding windows. */
final class Mask2FormerComponent implements GoldenComponent {
    private static final Pattern RESIZED = Pattern.compile("predict_masks_(\\d+)x(\\d+)");

    private static final Pattern ADAPTED = Pattern.compile(".*\\((f[1-4])\\)");

    /** One step of bfloat16 is 0.5 at 64; two runs of the official code differ by 0.05, and the case's note says 0.1. */
    private static final double ROUNDED = 0.1;

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().endsWith("FeatureDecoder(DINOv3_Adapter, Mask2FormerHead)")
                || golden.config().path("decoder_head_type").asText().equals("m2f");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Backbone backbone = Backbone.of(
                    OfficialConfig.of(golden),
                    Parameters.of(new CaseParameters(golden, "segmentation_model.0.backbone.", arena)));
            Parameters parameters = Parameters.of(new CaseParameters(golden, "segmentation_model.", arena));
            Mask2FormerConfig config = config(golden.config(), backbone.config().dim());
            DoubleFunction<Mask2FormerSegmenter> head = threshold -> new Mask2FormerSegmenter(
                    parameters, config.withDecoder(config.decoder().withThreshold(threshold)));
            Tensor x = BackboneComponent.tensor(golden.input("x"));
            if (golden.config().has("rescale_to")) {
                infer(golden, backbone, head, x, check);
            } else {
                forward(golden, backbone, head, x, check);
            }
        }
    }

    private static void forward(
            GoldenCase golden, Backbone backbone, DoubleFunction<Mask2FormerSegmenter> head, Tensor x, Check check) {
        List<Tokens> taps = head.apply(0.5).taps().read(backbone, x);
        MaskPrediction prediction;
        try (Trace trace = Trace.start((stage, output) -> {
            Matcher map = ADAPTED.matcher(stage);
            if (map.matches()) {
                check.expect(map.group(1), output);
            }
        })) {
            prediction = MaskTies.decide(
                    golden,
                    "pred_masks",
                    threshold -> head.apply(threshold).predict(x, taps),
                    p -> p.masks().toFloats());
        }
        check.expect("pred_logits", prediction.classes());
        check.expect("pred_masks", prediction.masks());
        for (GoldenCase.Output output : golden.outputs()) {
            Matcher size = RESIZED.matcher(output.name());
            if (size.matches()) {
                check.expect(
                        output.name(),
                        prediction.masks(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2))));
            }
        }
    }

    private static void infer(
            GoldenCase golden, Backbone backbone, DoubleFunction<Mask2FormerSegmenter> head, Tensor x, Check check) {
        JsonNode c = golden.config();
        int height = c.path("rescale_to").get(0).asInt();
        int width = c.path("rescale_to").get(1).asInt();
        if (!c.has("crop_size")) {
            Inference whole = new Inference.Whole(512);
            check.expect(
                    "pred",
                    MaskTies.decide(
                            golden,
                            "pred",
                            threshold -> whole.scores(backbone, head.apply(threshold), x, height, width),
                            Tensor::toFloats));
            return;
        }
        Inference slide = new Inference.Slide(
                c.path("crop_size").get(0).asInt(),
                c.path("crop_size").get(1).asInt(),
                c.path("stride").get(0).asInt(),
                c.path("stride").get(1).asInt(),
                Inference.Oversize.SQUARE,
                Fit.NONE);
        Mask2FormerSegmenter[] decided = new Mask2FormerSegmenter[1];
        Tensor scores = MaskTies.decide(
                golden,
                "pred_float32",
                threshold -> {
                    decided[0] = head.apply(threshold);
                    return slide.scores(backbone, decided[0], x, height, width);
                },
                Tensor::toFloats);
        check.expect("pred_float32", scores);
        check.expect("pred_float32_hflip_softmax", scores.flip(3).softmax(1));
        Tensor rounded = slide.scores(backbone, decided[0].rounded(), x, height, width);
        check.expectWithin(ROUNDED, "pred_official_bf16", rounded);
    }

    private static Mask2FormerConfig config(JsonNode c, int backboneDim) {
        JsonNode head = c.path("head");
        int dim = head.path("hidden_dim").asInt();
        int heads = head.path("nheads").asInt(16);
        int hidden = head.path("dim_feedforward").asInt(4096);
        PixelDecoder.Config pixelDecoder = new PixelDecoder.Config(
                backboneDim, dim, dim, heads, hidden, head.path("enc_layers").asInt(6));
        MaskedTransformerDecoder.Config decoder = new MaskedTransformerDecoder.Config(
                dim,
                dim,
                dim,
                head.path("num_classes").asInt(),
                head.path("num_queries").asInt(100),
                3,
                head.path("dec_layers").asInt(9),
                heads,
                hidden,
                false);
        return new Mask2FormerConfig(
                AdapterComponent.layers(c.path("adapter")),
                AdapterComponent.config(c.path("adapter"), backboneDim),
                pixelDecoder,
                decoder);
    }
}
