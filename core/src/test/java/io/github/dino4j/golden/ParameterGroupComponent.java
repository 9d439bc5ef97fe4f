package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.train.ParameterGroup;
import io.github.dino4j.train.ParameterGroups;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Learning rate and weight decay of each weight, and the groups that they make. */
final class ParameterGroupComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("param_groups.py") && golden.config().has("lr_decay_rate");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        double headDecay = c.path("dino_head_wd_multiplier").asDouble(1);
        ParameterGroups.Layerwise backbone = new ParameterGroups.Layerwise(
                c.path("lr_decay_rate").asDouble(),
                c.path("patch_embed_lr_mult").asDouble(),
                c.path("vit").path("depth").asInt(),
                headDecay);
        ParameterGroups.Layerwise head = new ParameterGroups.Layerwise(
                c.path("lr_decay_rate").asDouble(),
                c.path("patch_embed_lr_mult").asDouble(),
                c.path("head").path("n_blocks").asInt(),
                headDecay);
        part(golden, "backbone", backbone, check);
        part(golden, "head", head, check);
    }

    private static void part(GoldenCase golden, String part, ParameterGroups.Layerwise rule, Check check) {
        JsonNode expected = golden.json().path("groups_" + part);
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> variables = new LinkedHashMap<>();
            for (JsonNode row : expected) {
                long[] shape = new long[row.get(1).size()];
                for (int i = 0; i < shape.length; i++) {
                    shape[i] = row.get(1).get(i).asLong();
                }
                variables.put(row.get(0).asText(), Tensor.empty(DType.F32, Device.META, shape));
            }
            List<ParameterGroup> groups = ParameterGroups.layerwise(variables, rule);

            Map<String, ParameterGroup> of = new HashMap<>();
            groups.forEach(g -> g.variables().keySet().forEach(name -> of.put(name, g)));
            float[] rates = new float[expected.size()];
            float[] decays = new float[expected.size()];
            for (int i = 0; i < rates.length; i++) {
                ParameterGroup group =
                        Objects.requireNonNull(of.get(expected.get(i).get(0).asText()));
                rates[i] = (float) group.rate();
                decays[i] = (float) group.decay();
                if (group.lastLayer() != expected.get(i).get(4).asBoolean()) {
                    throw new AssertionError(expected.get(i) + " is in the group " + group);
                }
            }
            check.expectWithin(1e-7, "lr_multiplier_" + part, Tensor.of(rates, rates.length));
            check.expectWithin(1e-7, "wd_multiplier_" + part, Tensor.of(decays, decays.length));
            compare(golden.json().path("fused_" + part), groups);
        }
    }

    /** Rows [rate, decay, last layer, variables, elements]. */
    private static void compare(JsonNode fused, List<ParameterGroup> groups) {
        List<String> expected = new ArrayList<>();
        fused.forEach(row -> expected.add(row(
                row.get(0).asDouble(),
                row.get(1).asDouble(),
                row.get(2).asBoolean(),
                row.get(3).asInt(),
                row.get(4).asLong())));
        List<String> found = groups.stream()
                .map(g -> row(
                        g.rate(),
                        g.decay(),
                        g.lastLayer(),
                        g.variables().size(),
                        g.variables().values().stream()
                                .mapToLong(Tensor::elements)
                                .sum()))
                .toList();
        if (!found.equals(expected)) {
            throw new AssertionError("groups are\n  " + found + ", expected\n  " + expected);
        }
    }

    private static String row(double rate, double decay, boolean lastLayer, int variables, long elements) {
        return String.format("%.6f %.6f %s %d %d", rate, decay, lastLayer, variables, elements);
    }
}
