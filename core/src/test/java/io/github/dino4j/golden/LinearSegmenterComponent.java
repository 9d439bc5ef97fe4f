package io.github.dino4j.golden;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.segment.Fit;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.LinearSegmenter;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * DINOv3's linear segmentor over its backbone. The name of an output says what was called ({@code logits}, {@code
 * predict_HxW}, {@code slide...}, {@code whole...}) and what came after; {@code calls} or the note hold the windows.
 */
final class LinearSegmenterComponent implements GoldenComponent {
    private static final String BACKBONE = "segmentation_model.0.feature_model.";
    private static final String HEAD = "segmentation_model.1.";
    private static final Pattern PREDICT = Pattern.compile("predict_(\\d+)x(\\d+)");
    private static final Pattern WINDOW =
            Pattern.compile("crop(?:_size)? \\(?(\\d+)(?:, ?(\\d+)\\))?, stride \\(?(\\d+)(?:, ?(\\d+)\\))?");

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().startsWith("facebookresearch/dinov3 dinov3/eval/segmentation/models/__init__.py")
                && golden.source().contains("(linear)");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Scope scope = Scope.inference();
                Arena arena = new Arena()) {
            BackboneConfig config = OfficialConfig.of(golden);
            Backbone backbone = Backbone.of(config, Parameters.of(new CaseParameters(golden, BACKBONE, arena)));
            LinearSegmenter head =
                    new LinearSegmenter(Parameters.of(new CaseParameters(golden, HEAD, arena)), head(golden, config));
            Tensor x = BackboneComponent.tensor(golden.input("x"));
            for (GoldenCase.Output output : golden.outputs()) {
                check.expect(output.name(), Scope.tidy(() -> output(golden, output, backbone, head, x)));
            }
        }
    }

    private static LinearSegmenter.Config head(GoldenCase golden, BackboneConfig config) {
        int depth = config.depth();
        Layers layers = switch (golden.config().path("backbone_out_layers").asText()) {
            case "LAST" -> Layers.last(1);
            case "FOUR_LAST" -> Layers.last(4);
            default -> Layers.fourEvenly(depth);
        };
        LinearSegmenter.Config head = LinearSegmenter.Config.of(
                config, layers, golden.config().path("num_classes").asInt());
        boolean classToken = golden.config().path("use_cls_token").asBoolean(false)
                || golden.json().path("hard_coded").path("use_cls_token").asBoolean(false);
        return classToken ? head.withClassToken() : head;
    }

    private static Tensor output(
            GoldenCase golden, GoldenCase.Output output, Backbone backbone, LinearSegmenter head, Tensor x) {
        String name = output.name();
        if (name.equals("logits")) {
            return head.logits(head.taps().read(backbone, x));
        }
        int height = (int) output.shape()[2];
        int width = (int) output.shape()[3];
        if (PREDICT.matcher(name).matches()) {
            return head.scores(x, head.taps().read(backbone, x), height, width);
        }
        Inference inference = name.startsWith("whole") ? new Inference.Whole(512) : slide(golden, name);
        Tensor scores = inference.scores(backbone, head, x, height, width);
        Tensor turned = name.contains("hflip") ? scores.flip(3) : scores;
        if (name.contains("sigmoid")) {
            return turned.sigmoid();
        }
        return name.contains("softmax") ? turned.softmax(1) : turned;
    }

    /** The window behind "name: " or "name, another: "; else the only one that is named. */
    private static Inference slide(GoldenCase golden, String output) {
        String text = golden.json().path("calls").asText() + "; "
                + golden.json().path("note").asText();
        Matcher window = WINDOW.matcher(text);
        Matcher clause =
                Pattern.compile("(?<!\\w)" + output + "(, \\w+)*: (?=crop)").matcher(text);
        if (!window.find(clause.find() ? clause.end() : 0)) {
            throw new AssertionError(golden.name() + ": no window for " + output + " in " + text);
        }
        int cropHeight = Integer.parseInt(window.group(1));
        int strideHeight = Integer.parseInt(window.group(3));
        return new Inference.Slide(
                cropHeight,
                window.group(2) == null ? cropHeight : Integer.parseInt(window.group(2)),
                strideHeight,
                window.group(4) == null ? strideHeight : Integer.parseInt(window.group(4)),
                Inference.Oversize.SQUARE,
                Fit.NONE);
    }
}
