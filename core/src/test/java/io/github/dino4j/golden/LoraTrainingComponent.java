package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.segment.FineTuneFpn;
import io.github.dino4j.segment.FineTuneLinear;
import io.github.dino4j.segment.LogitHead;
import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.train.Optimizer;
import io.github.dino4j.train.OptimizerSpec;
import io.github.dino4j.train.ParameterGroups;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Steps of dinov3-finetune: LoRA on q and v and a decoder learn together under AdamW. */
final class LoraTrainingComponent implements GoldenComponent {
    private static final SegmentLoss LOSS =
            new SegmentLoss.CrossEntropy(SegmentLoss.Reduction.MEAN_OF_VALID, List.of(), SegmentLoss.IGNORED, 1);

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("finetune_dino") && golden.config().has("steps");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        JsonNode o = c.path("optimizer");
        double rate = o.path("lr").asDouble();
        try (Arena arena = new Arena()) {
            Adapted weights = new Adapted(golden, arena);
            weights.make();
            OptimizerSpec spec = new OptimizerSpec.AdamW(
                    o.path("betas").get(0).asDouble(),
                    o.path("betas").get(1).asDouble(),
                    o.path("eps").asDouble());
            try (Optimizer optimizer = spec.build(ParameterGroups.plain(weights.variables))) {
                for (int step = 0; step < c.path("steps").asInt(); step++) {
                    try (Scope scope = Scope.open()) {
                        learn(golden, check, weights, step);
                        optimizer.step(new Optimizer.Settings(
                                rate, rate, o.path("weight_decay").asDouble(), spec.momentum()));
                        optimizer.clear();
                    }
                }
            }
            for (GoldenCase.Output output : golden.outputs()) {
                if (output.name().startsWith("after:")) {
                    check.expectLearned(output.name(), weights.get(output.name().substring("after:".length())), rate);
                }
            }
        }
    }

    private static void learn(GoldenCase golden, Check check, Adapted weights, int step) {
        Parameters p = Parameters.of(weights);
        Backbone backbone = Backbone.of(OfficialConfig.of(golden), p.at("encoder"));
        LogitHead head = head(p.learning().at("decoder"), golden.config());
        Tensor x = BackboneComponent.tensor(golden.input(named(golden, "step" + step + "_x")));
        Tensor label = BackboneComponent.tensor(golden.input(named(golden, "step" + step + "_label")))
                .to(DType.I64);
        Tensor logits = head.logits(head.taps().read(backbone, x)).bilinear(x.size(2), x.size(3), false);
        Tensor loss = LOSS.of(logits, label);
        loss.backward();
        check.expect("loss_" + step, loss);
        if (check.has("logits_" + step)) {
            check.expect("logits_" + step, logits);
        }
        String gradient = "grad_" + step + ":";
        for (GoldenCase.Output output : golden.outputs()) {
            if (output.name().startsWith(gradient)) {
                String name = output.name().substring(gradient.length());
                check.expectGradient(output.name(), weights.get(name).grad());
            }
        }
    }

    private static LogitHead head(Parameters p, JsonNode c) {
        int channels = c.path("emb_dim").asInt();
        int classes = c.path("n_classes").asInt();
        return c.path("use_fpn").asBoolean()
                ? new FineTuneFpn(
                        p,
                        new FpnDecoder.Config(
                                channels,
                                c.path("fpn_out_channels").asInt(),
                                classes,
                                c.path("fpn_padding").asInt()))
                : new FineTuneLinear(p, channels, classes);
    }

    private static String named(GoldenCase golden, String end) {
        return golden.inputNames().stream()
                .filter(name -> name.endsWith(end))
                .findFirst()
                .orElseThrow();
    }

    /**
     * The weights of the case, each made once. The adapters A and B are variables, and the weight of qkv is made of them at
     * each step: W + [B_q A_q; 0; B_v A_v], the same product as of a layer beside it.
     */
    private static final class Adapted implements ParameterSource {
        private static final Pattern QKV = Pattern.compile("(encoder\\.blocks\\.\\d+\\.attn\\.qkv)\\.(\\w+)");

        private final GoldenCase golden;
        private final Arena arena;
        private final Map<String, Tensor> weights = new LinkedHashMap<>();
        private final Map<String, Tensor> variables = new LinkedHashMap<>();

        Adapted(GoldenCase golden, Arena arena) {
            this.golden = golden;
            this.arena = arena;
        }

        /** Makes everything, so that what learns is known before the first step. */
        void make() {
            try (Scope scope = Scope.open()) {
                for (String name : golden.weightNames()) {
                    Tensor weight = arena.keep(BackboneComponent.tensor(golden.weight(name)));
                    weights.put(name, weight);
                    boolean statistic = name.contains("running_") || name.endsWith("num_batches_tracked");
                    if (name.contains(".linear_") || (name.startsWith("decoder.") && !statistic)) {
                        variables.put(name, weight.learn());
                    }
                }
            }
        }

        @Override
        public Tensor take(String name, Init init, long... shape) {
            Matcher qkv = QKV.matcher(name);
            if (!qkv.matches()) {
                return get(name);
            }
            Tensor own = get(qkv.group(1) + ".qkv." + qkv.group(2));
            if (!qkv.group(2).equals("weight")) {
                return own;
            }
            Tensor q = product(qkv.group(1), "q");
            return own.add(Tensor.cat(0, q, Tensor.zeros(q.shape()), product(qkv.group(1), "v")));
        }

        private Tensor product(String layer, String part) {
            return get(layer + ".linear_b_" + part + ".weight").matmul(get(layer + ".linear_a_" + part + ".weight"));
        }

        @Override
        public Tensor keep(Tensor derived) {
            return derived; // the model lives as long as the step
        }

        Tensor get(String name) {
            return Objects.requireNonNull(weights.get(name), name);
        }
    }
}
