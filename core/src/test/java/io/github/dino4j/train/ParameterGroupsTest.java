package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterGroupsTest {
    @Test
    void dinoV1DecaysTokensAndNoBiasOrNorm() {
        try (Scope scope = Scope.open()) {
            List<ParameterGroup> groups = ParameterGroups.dinoV1(variables(Map.of(
                    "cls_token", new long[] {1, 1, 4}, "norm.weight", new long[] {4}, "fc.bias", new long[] {4, 1})));
            assertThat(groups).hasSize(2);
            assertThat(group(groups, "cls_token").decay()).isEqualTo(1);
            assertThat(group(groups, "norm.weight").decay()).isZero();
            assertThat(group(groups, "fc.bias").decay()).isZero();
        }
    }

    @Test
    void layersCountWithAnyPrefixAndAlsoForAdapters() {
        try (Scope scope = Scope.open()) {
            List<ParameterGroup> groups = ParameterGroups.layerwise(
                    variables(Map.of(
                            "student.backbone.blocks.2.attn.qkv.lora_a", new long[] {3, 4},
                            "student.backbone.pos_embed", new long[] {1, 5, 4},
                            "student.backbone.patch_embed.proj.weight", new long[] {4, 3, 2, 2})),
                    new ParameterGroups.Layerwise(0.5, 0.25, 4, 1));
            assertThat(group(groups, "student.backbone.blocks.2.attn.qkv.lora_a")
                            .rate())
                    .isEqualTo(0.25);
            assertThat(group(groups, "student.backbone.pos_embed").rate()).isEqualTo(1.0 / 32);
            assertThat(group(groups, "student.backbone.patch_embed.proj.weight").rate())
                    .isEqualTo(1.0 / 128);
        }
    }

    @Test
    void everyWeightOfABackboneHasItsGroup() {
        try (Arena arena = new Arena();
                Scope scope = Scope.open()) {
            var config = BackboneCatalog.get("dinov2_vits14_reg").config();
            TrainableParameters source = new TrainableParameters(new RandomParameters(1, arena), name -> true);
            Backbone.of(config, Parameters.of(source));

            List<ParameterGroup> groups = ParameterGroups.layerwise(
                    source.variables(), new ParameterGroups.Layerwise(0.9, 0.2, config.depth(), 1));

            assertThat(groups.stream().mapToInt(g -> g.variables().size()).sum())
                    .isEqualTo(source.variables().size());
            assertThat(groups).hasSize(3 + 2 * config.depth() + 1); // tokens, patch embedding twice, blocks, last norm
        }
    }

    @Test
    void joinsEqualSettingsOfSeveralParts() {
        try (Scope scope = Scope.open()) {
            List<ParameterGroup> groups = ParameterGroups.joined(List.of(
                    ParameterGroups.layerwise(
                            variables(Map.of("dino_head.mlp.0.weight", new long[] {2, 2})),
                            ParameterGroups.Layerwise.head()),
                    ParameterGroups.layerwise(
                            variables(Map.of("ibot_head.mlp.0.weight", new long[] {2, 2})),
                            ParameterGroups.Layerwise.head())));
            assertThat(groups)
                    .singleElement()
                    .satisfies(g -> assertThat(g.variables())
                            .containsOnlyKeys("dino_head.mlp.0.weight", "ibot_head.mlp.0.weight"));
        }
    }

    private static Map<String, Tensor> variables(Map<String, long[]> shapes) {
        Map<String, Tensor> variables = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> variables.put(name, Tensor.zeros(shape).learn()));
        return variables;
    }

    private static ParameterGroup group(List<ParameterGroup> groups, String name) {
        return groups.stream()
                .filter(g -> g.variables().containsKey(name))
                .findFirst()
                .orElseThrow();
    }
}
