package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.train.CosineAnnealing;
import io.github.dino4j.train.Optimizer;
import io.github.dino4j.train.OptimizerSpec;
import io.github.dino4j.train.ParameterGroup;
import io.github.dino4j.train.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Linear probes: several classifiers on frozen features, learning at once by gradient descent with momentum. */
final class LinearProbeComponent implements GoldenComponent {
    private static final Pattern MOMENTUM = Pattern.compile("SGD momentum ([0-9.]+)");
    private static final Pattern STEPS = Pattern.compile("T_max (\\d+)");

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("eval/linear.py") && golden.config().has("classifiers");
    }

    private record Classifier(String name, int blocks, boolean meanPatch, Tensor weight, Tensor bias) {
        Tensor logits(List<Tokens> layers) {
            List<Tensor> parts = new ArrayList<>();
            layers.subList(layers.size() - blocks, layers.size()).forEach(tokens -> parts.add(tokens.cls()));
            if (meanPatch) {
                parts.add(layers.get(layers.size() - 1).meanPatch());
            }
            return Tensor.cat(1, parts).linear(weight, bias);
        }
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        int most = 0;
        for (JsonNode classifier : c.path("classifiers")) {
            most = Math.max(most, classifier.path("n_last_blocks").asInt());
        }
        try (Arena arena = new Arena();
                Scope scope = Scope.open()) {
            Backbone backbone =
                    Backbone.of(OfficialConfig.of(golden), Parameters.of(new CaseParameters(golden, "", arena)));
            List<Classifier> classifiers = new ArrayList<>();
            List<ParameterGroup> groups = new ArrayList<>();
            for (JsonNode node : c.path("classifiers")) {
                String name = node.path("name").asText();
                Classifier classifier = new Classifier(
                        name,
                        node.path("n_last_blocks").asInt(),
                        node.path("avgpool").asBoolean(),
                        weight(golden, name, "weight"),
                        weight(golden, name, "bias"));
                classifiers.add(classifier);
                groups.add(new ParameterGroup(
                        name,
                        Map.of(name + ".weight", classifier.weight, name + ".bias", classifier.bias),
                        node.path("lr").asDouble(),
                        1,
                        false));
            }
            Schedule rate = new CosineAnnealing(1, 0, (long) number(STEPS, c.path("scheduler")));
            double momentum = number(MOMENTUM, c.path("optimizer"));
            try (Optimizer optimizer = new OptimizerSpec.Sgd(momentum).build(groups)) {
                for (int step = 0; step < c.path("steps").asInt(); step++) {
                    Tensor x = BackboneComponent.tensor(golden.input("step" + step + "_x"));
                    Tensor label = BackboneComponent.tensor(golden.input("step" + step + "_label"))
                            .to(DType.I64);
                    List<Tokens> layers = backbone.intermediate(x, Layers.last(most), true);
                    List<Tensor> losses = new ArrayList<>();
                    for (Classifier classifier : classifiers) {
                        Tensor logits = classifier.logits(layers);
                        Tensor loss = logits.crossEntropy(label, null, -100).mean(false, 0);
                        losses.add(loss.unsqueeze(0));
                        check.expect("loss_" + classifier.name + "_" + step, loss);
                        if (check.has("logits_" + classifier.name + "_" + step)) {
                            check.expect("logits_" + classifier.name + "_" + step, logits);
                        }
                    }
                    Tensor total = Tensor.cat(0, losses).sum(false, 0);
                    check.expect("loss_" + step, total);
                    total.backward();
                    optimizer.step(new Optimizer.Settings(rate.at(step), 0, 0, momentum));
                    optimizer.clear();
                }
            }
            for (Classifier classifier : classifiers) {
                check.expectWithin(3e-5, "after:" + classifier.name + ".linear.weight", classifier.weight);
                check.expectWithin(3e-5, "after:" + classifier.name + ".linear.bias", classifier.bias);
            }
        }
    }

    private static Tensor weight(GoldenCase golden, String classifier, String kind) {
        return BackboneComponent.tensor(golden.weight("classifiers." + classifier + ".linear." + kind))
                .learn();
    }

    private static double number(Pattern pattern, JsonNode text) {
        Matcher matcher = pattern.matcher(text.asText());
        if (!matcher.find()) {
            throw new AssertionError("'" + text.asText() + "' names no " + pattern);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
