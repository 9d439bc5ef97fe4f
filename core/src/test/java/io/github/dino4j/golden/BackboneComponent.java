package io.github.dino4j.golden;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Encoding;
import io.github.dino4j.backbone.Int8Calibration;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.Int8Plan;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** forward_features, forward_features_list, get_intermediate_layers and get_last_selfattention of every backbone. */
public final class BackboneComponent implements GoldenComponent {
    private static final Pattern SOURCE = Pattern.compile("facebookresearch/"
            + "(dinov3 (dinov3/models/(vision_transformer|convnext)\\.py|dinov3/hub/backbones\\.py)"
            + "|dinov2 dinov2/(models/vision_transformer|hub/backbones)\\.py|dino vision_transformer\\.py).*");
    private static final Pattern LAYERS = Pattern.compile("n=(\\[[0-9, ]*]|\\d+)");

    @Override
    public boolean handles(GoldenCase golden) {
        return SOURCE.matcher(golden.source()).matches()
                && !golden.source().endsWith("DINOHead") // of training; it stands in the backbone's file
                && !golden.json().has("files");
    }

    /** Whether a case can be run over packed weights. */
    static boolean packs(GoldenCase golden) {
        return new BackboneComponent().handles(golden)
                && OfficialConfig.of(golden).packs();
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Scope scope = Scope.inference()) {
            run(golden, parameters -> parameters, check);
        }
    }

    /** Of each token with the official one, as a packed view must keep it; 1: the tolerance of float32. */
    static double leastCosine(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> 1;
            case BFLOAT16 -> 0.9999;
            case INT8 -> 0.999;
        };
    }

    /** The same over packed weights. */
    static void run(GoldenCase golden, Precision precision, Check check) {
        Int8Plan plan = precision == Precision.INT8
                ? Int8Calibration.plan(OfficialConfig.of(golden), arena -> new CaseParameters(golden, "", arena))
                : Int8Plan.ALL;
        try (Scope scope = Scope.tiled()) {
            run(golden, parameters -> parameters.packed(precision, plan), check);
        }
        if (precision == Precision.INT8) {
            System.out.println(golden.name() + ": " + plan.inHalf().size() + " layers in bfloat16, "
                    + plan.factors().size() + " with balanced channels");
        }
    }

    private static void run(GoldenCase golden, UnaryOperator<Parameters> view, Check check) {
        try (Arena arena = new Arena()) {
            Backbone backbone = Backbone.of(
                    OfficialConfig.of(golden), view.apply(Parameters.of(new CaseParameters(golden, "", arena))));
            if (golden.inputNames().contains("global")) {
                runSets(golden, backbone, check);
                return;
            }
            Tensor x = tensor(golden.input("x"));
            Optional<Tensor> mask =
                    golden.inputNames().contains("masks") ? Optional.of(mask(golden.input("masks"))) : Optional.empty();
            encoding(
                    "",
                    backbone,
                    backbone.forward(List.of(new Backbone.Images(x, mask))).get(0),
                    check);
            for (String clause : golden.json().path("calls").asText().split("; ")) {
                intermediate(clause, backbone, x, check);
            }
        }
    }

    private static void runSets(GoldenCase golden, Backbone backbone, Check check) {
        List<Backbone.Images> sets = new ArrayList<>();
        for (String name : List.of("global", "local")) {
            boolean masked = golden.inputNames().contains("masks_" + name);
            sets.add(new Backbone.Images(
                    tensor(golden.input(name)),
                    masked ? Optional.of(mask(golden.input("masks_" + name))) : Optional.empty()));
        }
        List<Encoding> encodings = backbone.forward(sets);
        encoding("global_", backbone, encodings.get(0), check);
        encoding("local_", backbone, encodings.get(1), check);
    }

    /** Every output that one forward pass can give, where the case holds it. */
    static void encoding(String prefix, Backbone backbone, Encoding encoding, Check check) {
        Tokens normed = encoding.normed();
        Tokens prenorm = encoding.prenorm();
        boolean convolutional = backbone.config() instanceof ConvNextConfig; // its x_prenorm leaves the class token out
        expect(prefix + "x_norm_clstoken", normed.cls(), check);
        expect(prefix + "cls", normed.cls(), check);
        expect(prefix + "x_storage_tokens", normed.registers(), check);
        expect(prefix + "x_norm_regtokens", normed.registers(), check);
        expect(prefix + "x_norm_patchtokens", normed.patches(), check);
        expect(prefix + "x_prenorm", convolutional ? prenorm.patches() : prenorm.tokens(), check);
    }

    private static void intermediate(String clause, Backbone backbone, Tensor x, Check check) {
        Matcher n = LAYERS.matcher(clause);
        if (clause.contains("get_last_selfattention")) {
            expect("attention", backbone.attention(x, Layers.last(1)).get(0), check);
        } else if (clause.contains("get_intermediate_layers") && n.find()) {
            boolean norm = !clause.contains("norm=False");
            boolean reshape = clause.contains("reshape=True");
            List<Tokens> layers = backbone.intermediate(x, layers(n.group(1)), norm);
            for (int i = 0; i < layers.size(); i++) {
                Tokens f = layers.get(i);
                if (clause.startsWith("tuple")) {
                    expect("tuple" + i + "_patch", f.patches(), check);
                    expect("tuple" + i + "_cls", f.cls(), check);
                    expect("tuple" + i + "_extra", f.registers(), check);
                } else if (clause.startsWith("raw")) {
                    expect("raw" + i, f.patches(), check);
                } else {
                    expect("inter" + i, reshape ? f.map() : f.tokens(), check);
                    expect("inter" + i + "_cls", f.cls(), check);
                }
            }
        }
    }

    private static Layers layers(String n) {
        if (!n.startsWith("[")) {
            return Layers.last(Integer.parseInt(n));
        }
        String[] parts = n.substring(1, n.length() - 1).split(", *");
        int[] indices = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            indices[i] = Integer.parseInt(parts[i]);
        }
        return Layers.of(indices);
    }

    private static void expect(String name, Tensor got, Check check) {
        if (check.has(name)) {
            check.expect(name, got);
        }
    }

    public static Tensor tensor(FloatArray array) {
        return Tensor.of(array.values(), array.shape());
    }

    public static Tensor mask(FloatArray array) {
        return tensor(array).to(DType.BOOL);
    }
}
