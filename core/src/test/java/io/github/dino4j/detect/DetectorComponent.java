package io.github.dino4j.detect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.golden.CaseParameters;
import io.github.dino4j.golden.Check;
import io.github.dino4j.golden.GoldenComponent;
import io.github.dino4j.golden.OfficialConfig;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** DINOv3's detector: features in windows, encoder, proposals, decoder, and what is read off it for each image. */
public final class DetectorComponent implements GoldenComponent {
    private static final Pattern NAMED = Pattern.compile(".*\\((\\w+)\\)");

    /** Of boxes up to the image's side, in pixels; the cases' README: two runs of the official code differ by 1.6e-3. */
    private static final double OF_LARGEST = 2e-5;

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("dinov3/hub/detectors.py")
                && golden.config().path("head").has("proposal_tgt_strides");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            DetectorConfig config = config(golden);
            String backboneNames = config.windows() > 0 ? "backbone.0._backbone.backbone." : "backbone.0.backbone.";
            Backbone backbone = Backbone.of(
                    OfficialConfig.of(golden), Parameters.of(new CaseParameters(golden, backboneNames, arena)));
            Detector detector = new Detector(Parameters.of(new CaseParameters(golden, "", arena)), config);
            List<PaddedImages.Plane> planes = new ArrayList<>();
            for (String name : golden.inputNames()) {
                FloatArray image = golden.input(name);
                planes.add(new PaddedImages.Plane(image.values(), (int) image.shape()[1], (int) image.shape()[2]));
            }
            PaddedImages images = PaddedImages.of(planes, config.stride());

            DetectorOutput output;
            Map<String, List<Tensor>> stages = new LinkedHashMap<>();
            try (Trace trace = Trace.start((stage, tensor) -> {
                Matcher named = NAMED.matcher(stage);
                if (named.matches()) {
                    stages.computeIfAbsent(named.group(1), k -> new ArrayList<>())
                            .add(arena.keep(tensor.copy()));
                }
            })) {
                output = detector.forward(
                        images, detector.features(images, x -> config.taps().read(backbone, x)));
            }

            stages.forEach((name, tensors) -> {
                if (name.equals("hs") || name.equals("inter_references")) {
                    List<Tensor> stacked =
                            tensors.stream().map(t -> t.unsqueeze(0)).toList();
                    expect(check, name, Tensor.cat(0, stacked));
                } else {
                    expect(check, name, tensors.get(0));
                }
            });
            expect(check, "pred_logits", output.answer().classes());
            expect(check, "pred_boxes", output.answer().boxes());
            int most = golden.config().path("head").path("topk").asInt();
            for (int i = 0; i < planes.size(); i++) {
                Found found = Found.best(output.answer(), i, most);
                int height = planes.get(i).height();
                int width = planes.get(i).width();
                check.expect("post_" + i + "_scores", new long[] {found.size()}, found.scores());
                check.expect("post_" + i + "_labels", new long[] {found.size()}, floats(found.categories()));
                expect(check, "post_" + i + "_boxes", boxes(found, width, height, 1));
                expect(check, "post2_" + i + "_boxes", boxes(found, width, height, 2));
            }
        }
    }

    private static void expect(Check check, String name, Tensor got) {
        boolean pixels = name.endsWith("boxes") || name.endsWith("references") || name.endsWith("reference");
        check.expect(name, got, pixels ? OF_LARGEST : 0);
    }

    private static Tensor boxes(Found found, int width, int height, double scale) {
        float[] corners = found.corners(width, height, scale, scale);
        return Tensor.of(corners, found.size(), 4);
    }

    private static float[] floats(int[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = values[i];
        }
        return floats;
    }

    private static DetectorConfig config(GoldenCase golden) {
        JsonNode c = golden.config().path("head");
        List<Integer> layers = ints(c.path("layers_to_use"));
        int width = OfficialConfig.of(golden).dim();
        return new DetectorConfig(
                Layers.of(layers.stream().mapToInt(i -> i).toArray()),
                layers.stream().map(i -> width).toList(),
                c.path("backbone_use_layernorm").asBoolean(),
                c.path("n_windows_sqrt").asInt(),
                c.path("proposal_in_stride").asInt(),
                c.path("hidden_dim").asInt(),
                c.path("nheads").asInt(),
                c.path("add_transformer_encoder").asBoolean(true)
                        ? c.path("num_encoder_layers").asInt()
                        : 0,
                golden.config().path("encoder_dim_feedforward").asInt(2048),
                c.path("dec_layers").asInt(),
                c.path("dim_feedforward").asInt(),
                c.path("num_queries_one2one").asInt(),
                c.path("num_queries_one2many").asInt(),
                c.path("k_one2many").asInt(),
                c.path("num_classes").asInt(),
                ints(c.path("proposal_tgt_strides")),
                c.path("proposal_min_size").asInt(),
                c.path("decoder_rpe_type").asText().equals("linear") ? PositionBias.LINEAR : PositionBias.LOGARITHMIC,
                c.path("decoder_rpe_hidden_dim").asInt());
    }

    private static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asInt()));
        return values;
    }
}
