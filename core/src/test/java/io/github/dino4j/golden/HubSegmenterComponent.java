package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.segment.Fit;
import io.github.dino4j.segment.HeadFile;
import io.github.dino4j.segment.HubSegmenter;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.SegmentationHead;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The segmentation heads of DINOv2's hub: logits of the first window, of the whole first input, and what all scales and
 * mirror images say together. Published files of a case must give the same.
 */
final class HubSegmenterComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().startsWith("facebookresearch/dinov2 dinov2/eval/segmentation/")
                && golden.source().contains("BNHead");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Scope scope = Scope.inference();
                Arena arena = new Arena()) {
            BackboneConfig config = OfficialConfig.of(golden);
            Backbone backbone = Backbone.of(config, Parameters.of(new CaseParameters(golden, "backbone.", arena)));
            HubSegmenter head = new HubSegmenter(
                    Parameters.of(new CaseParameters(golden, "decode_head.", arena)), config(golden.config()));
            outputs(golden, backbone, head, check);
            for (var file : golden.json().path("files").properties()) {
                Path path = golden.file().resolveSibling(file.getKey());
                try (LoadedHead<SegmentationHead> loaded = HeadFile.open(path).load(config, "the case's backbone")) {
                    outputs(golden, backbone, (HubSegmenter) loaded.head(), check);
                }
            }
        }
    }

    private static HubSegmenter.Config config(JsonNode c) {
        JsonNode head = c.path("head");
        int[] layers = new int[head.path("in_index").size()];
        int channels = 0;
        for (int i = 0; i < layers.length; i++) {
            int input = head.path("in_index").get(i).asInt();
            layers[i] = c.path("out_indices").get(input).asInt();
            channels += head.path("in_channels").get(i).asInt();
        }
        List<Double> factors = new ArrayList<>();
        c.path("resize_factors").forEach(factor -> factors.add(factor.asDouble()));
        return new HubSegmenter.Config(
                Layers.of(layers), channels, head.path("num_classes").asInt(), factors);
    }

    private static void outputs(GoldenCase golden, Backbone backbone, HubSegmenter head, Check check) {
        JsonNode c = golden.config();
        int height = c.path("ori_shape").get(0).asInt();
        int width = c.path("ori_shape").get(1).asInt();
        Inference inference = inference(c.path("test_cfg"));
        Tensor x0 = BackboneComponent.tensor(golden.input("x0"));
        if (check.has("head_logits_first_crop")) {
            check.expect("head_logits_first_crop", firstCrop(c.path("test_cfg"), backbone, head, x0));
        }
        String first = c.path("test_cfg").path("mode").asText() + "_logits_x0"; // slide or whole
        check.expect(first, scores(inference, backbone, head, x0, height, width));
        List<Tensor> probabilities = new ArrayList<>();
        for (String name : golden.inputNames()) {
            Tensor x = BackboneComponent.tensor(golden.input(name));
            probabilities.add(
                    scores(inference, backbone, head, x, height, width).softmax(1));
            if (c.path("flip").asBoolean()) {
                probabilities.add(scores(inference, backbone, head, x.flip(3), height, width)
                        .softmax(1)
                        .flip(3));
            }
        }
        Tensor mean = probabilities.stream().reduce(Tensor::add).orElseThrow().mul(1.0 / probabilities.size());
        check.expect("prob", mean);
        Tensor pred = mean.argmax(1).to(DType.F32);
        check.expectLabels("pred", pred.shape(), pred.toFloats());
    }

    private static Inference inference(JsonNode test) {
        return test.path("mode").asText().equals("slide")
                ? new Inference.Slide(
                        test.path("crop_size").get(0).asInt(),
                        test.path("crop_size").get(1).asInt(),
                        test.path("stride").get(0).asInt(),
                        test.path("stride").get(1).asInt(),
                        Inference.Oversize.CLIP,
                        Fit.PAD)
                : new Inference.Plain(Fit.PAD);
    }

    /** In one piece mmsegmentation resizes twice: to the image, then to the photo. */
    private static Tensor scores(
            Inference inference, Backbone backbone, HubSegmenter head, Tensor x, int height, int width) {
        return inference instanceof Inference.Plain
                ? inference
                        .scores(backbone, head, x, (int) x.size(2), (int) x.size(3))
                        .bilinear(height, width, false)
                : inference.scores(backbone, head, x, height, width);
    }

    private static Tensor firstCrop(JsonNode test, Backbone backbone, HubSegmenter head, Tensor x) {
        long height = Math.min(test.path("crop_size").path(0).asLong(x.size(2)), x.size(2));
        long width = Math.min(test.path("crop_size").path(1).asLong(x.size(3)), x.size(3));
        Tensor crop = x.narrow(2, 0, height).narrow(3, 0, width);
        int patch = backbone.config().patch();
        int rows = (int) Math.floorMod(-height, (long) patch);
        int columns = (int) Math.floorMod(-width, (long) patch);
        Tensor padded = crop.pad(columns / 2, columns - columns / 2, rows / 2, rows - rows / 2);
        return head.logits(head.taps().read(backbone, padded));
    }
}
