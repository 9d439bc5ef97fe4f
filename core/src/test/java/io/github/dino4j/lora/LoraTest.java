package io.github.dino4j.lora;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.nn.LinearShape;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraTest {
    @TempDir
    private Path folder;

    private static List<LinearShape> layers(String backbone) {
        return LinearLayers.of(BackboneCatalog.get(backbone).config());
    }

    /** An adapter that has learned something. */
    private static Lora learned(LoraSpec spec, String backbone) {
        Lora drawn = Lora.random(spec, backbone, layers(backbone), 5);
        Random random = new Random(3);
        Map<String, LoraFactors> factors = new LinkedHashMap<>();
        drawn.factors().forEach((key, pair) -> {
            float[] b = pair.b();
            for (int i = 0; i < b.length; i++) {
                b[i] = (float) random.nextGaussian();
            }
            factors.put(key, new LoraFactors(pair.rank(), pair.a(), b));
        });
        return drawn.with(factors);
    }

    private static void requireEqual(Lora a, Lora b) {
        assertThat(a.factors().keySet()).isEqualTo(b.factors().keySet());
        a.factors().forEach((key, pair) -> {
            LoraFactors other = requireNonNull(b.factors().get(key));
            assertThat(other.a()).isEqualTo(pair.a());
            assertThat(other.b()).isEqualTo(pair.b());
        });
        assertThat(a.spec().scaling()).isEqualTo(b.spec().scaling());
        assertThat(a.spec().targets()).isEqualTo(b.spec().targets());
    }

    @Test
    void drawsAWithinOneOverTheRootOfTheWidthAndBZero() {
        Lora lora = Lora.random(LoraSpec.DEFAULT, "dinov3_vits16", layers("dinov3_vits16"), 1);

        LoraFactors pair = requireNonNull(lora.factors().get("blocks.11.v"));
        double largest = 0;
        for (float value : pair.a()) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(lora.factors()).hasSize(24);
        assertThat(largest).isBetween(0.95 / Math.sqrt(384), 1 / Math.sqrt(384));
        assertThat(pair.b()).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({
        "dino_vits16, 'q,k,v,proj,fc1,fc2', 72",
        "dinov2_vits14, 'q,proj,fc2', 36",
        "dinov2_vitg14, 'w1,w2,w3', 120",
        "dinov3_vits16plus, 'q,w1,w2,w3', 48",
        "dinov3_convnext_tiny, 'fc1,fc2', 36",
        "dino_xcit_small_12_p16, 'q,v,fc1', 42"
    })
    void findsItsPlacesInEveryKindOfBackbone(String backbone, String targets, int places) {
        EnumSet<Target> set = EnumSet.noneOf(Target.class);
        for (String label : targets.split(",", -1)) {
            set.add(Target.of(label));
        }

        Lora lora = Lora.random(LoraSpec.DEFAULT.withRank(1).withTargets(set), backbone, layers(backbone), 1);

        assertThat(lora.factors()).hasSize(places);
    }

    @Test
    void changesTheLastBlocksAlone() {
        Lora lora = Lora.random(
                LoraSpec.DEFAULT.withBlocks(BlockRange.last(2)), "dinov3_vits16", layers("dinov3_vits16"), 1);

        assertThat(lora.factors()).containsOnlyKeys("blocks.10.q", "blocks.10.v", "blocks.11.q", "blocks.11.v");
    }

    @Test
    void saysWhatABackboneHasWhereATargetIsMissing() {
        LoraSpec spec = LoraSpec.DEFAULT.withTargets(EnumSet.of(Target.Q, Target.W1));

        assertThatThrownBy(() -> Lora.random(spec, "dinov3_vits16", layers("dinov3_vits16"), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dinov3_vits16 has no w1")
                .hasMessageContaining("q, k, v, proj, fc1, fc2");
    }

    @Test
    void refusesABackboneWithoutLinearLayers() {
        assertThatThrownBy(() -> Lora.random(LoraSpec.DEFAULT, "dino_resnet50", layers("dino_resnet50"), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no linear layers");
    }

    @Test
    void mergesRowsOfQAndVAndLeavesTheOriginalToTheBit() {
        float[] values = new float[3 * 4 * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 7f;
        }
        StateDict original =
                StateDict.of(Map.of("blocks.0.attn.qkv.weight", StoredTensor.InMemory.of(new long[] {12, 4}, values)));
        LoraFactors q = new LoraFactors(1, new float[] {1, 0, 0, 2}, new float[] {1, 0, 0, 3});
        LoraFactors v = new LoraFactors(1, new float[] {0, 1, 0, 0}, new float[] {0, 5, 0, 0});
        Lora lora = new Lora(
                LoraSpec.DEFAULT.withRank(1).withAlpha(2), Optional.empty(), Map.of("blocks.0.q", q, "blocks.0.v", v));

        float[] merged = lora.merge(original).get("blocks.0.attn.qkv.weight").toFloats();

        float[] expected = values.clone();
        expected[0] += 2;
        expected[3] += 4;
        expected[12] += 6;
        expected[15] += 12;
        expected[9 * 4 + 1] += 10;
        assertThat(merged).isEqualTo(expected);
        assertThat(original.get("blocks.0.attn.qkv.weight").toFloats()).isEqualTo(values);
    }

    /** A change far below bfloat16's step stays, and what no adapter touches takes no more room than before. */
    @Test
    void mergesIntoABfloat16CheckpointAsFloat32AndLeavesOtherWeightsAsTheyAreStored() {
        byte[] bytes = new byte[2 * 12 * 4];
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = (byte) 0x80;
            bytes[i + 1] = 0x3f; // 1
        }
        StoredTensor ones = new StoredTensor.InMemory(DType.BF16, new long[] {12, 4}, bytes);
        StateDict original = StateDict.of(Map.of("blocks.0.attn.qkv.weight", ones, "blocks.0.norm1.table", ones));
        LoraFactors q = new LoraFactors(1, new float[] {1, 0, 0, 0}, new float[] {0x1p-12f, 0, 0, 0});
        Lora lora = new Lora(LoraSpec.DEFAULT.withRank(1).withAlpha(1), Optional.empty(), Map.of("blocks.0.q", q));

        StateDict merged = lora.merge(original);

        assertThat(merged.get("blocks.0.attn.qkv.weight").toFloats()[0]).isEqualTo(1 + 0x1p-12f);
        assertThat(merged.get("blocks.0.attn.qkv.weight").dtype()).isEqualTo(DType.F32);
        assertThat(merged.get("blocks.0.norm1.table").dtype()).isEqualTo(DType.BF16);
    }

    @Test
    void comesBackFromItsOwnForm() {
        LoraSpec spec = LoraSpec.DEFAULT
                .withRank(2)
                .withAlpha(3)
                .withDropout(0.1)
                .withTargets(EnumSet.of(Target.K, Target.FC1))
                .withBlocks(new BlockRange("0-2,7"));
        Lora lora = learned(spec, "dinov3_vits16");
        Path file = folder.resolve("adapter.safetensors");

        lora.write(file, Map.of("note", "for a test"));

        Lora back = Lora.read(file);
        requireEqual(back, lora);
        assertThat(back.spec()).isEqualTo(spec);
        assertThat(back.backbone()).hasValue("dinov3_vits16");
    }

    @Test
    void comesBackFromDinov3FinetunesFormWithItsDecoder() {
        Lora lora = learned(LoraSpec.DEFAULT, "dinov3_vits16");
        Path file = folder.resolve("finetune.safetensors");
        StateDict decoder = StateDict.of(Map.of("classifier.bias", StoredTensor.InMemory.of(new long[] {2}, 1, 2)));

        FineTuneFactors.write(lora, file, decoder);

        requireEqual(Lora.read(file), lora);
        assertThat(io.github.dino4j.weights.Checkpoints.tensors(file)
                        .get("classifier.bias")
                        .toFloats())
                .containsExactly(1, 2);
    }

    @ParameterizedTest
    @CsvSource({
        "dinov3_vits16, DINOV3_VIT, 'q,k,v,proj,fc1,fc2', layer.3.attention.q_proj",
        "dinov3_vits16plus, DINOV3_VIT_GATED, 'v,w1,w2,w3', layer.3.mlp.gate_proj",
        "dinov2_vits14, DINOV2, 'q,proj,fc1,fc2', encoder.layer.3.attention.output.dense",
        "dino_vits16, VIT, 'k,proj,fc1,fc2', encoder.layer.3.intermediate.dense",
        "dinov3_convnext_tiny, DINOV3_CONVNEXT, 'fc1,fc2', stages.2.layers.3.pointwise_conv1"
    })
    void comesBackFromPeftsFolderUnderTheNamesOfTransformers(
            String backbone, PeftNames names, String targets, String module) {
        EnumSet<Target> set = EnumSet.noneOf(Target.class);
        for (String label : targets.split(",", -1)) {
            set.add(Target.of(label));
        }
        Lora lora = learned(LoraSpec.DEFAULT.withRank(2).withAlpha(4).withTargets(set), backbone);

        PeftFolder.write(lora, folder, names);

        assertThat(LinearLayers.peftNames(BackboneCatalog.get(backbone).config()))
                .isEqualTo(names);
        assertThat(io.github.dino4j.weights.Safetensors.open(folder.resolve("adapter_model.safetensors"))
                        .names())
                .contains("base_model.model." + module + ".lora_A.weight");
        requireEqual(Lora.read(folder, layers(backbone)), lora);
    }

    @ParameterizedTest
    @CsvSource({
        "use_dora, true",
        "use_rslora, true",
        "rank_pattern, '{\"layer.0\": 4}'",
        "modules_to_save, '[\"classifier\"]'",
        "bias, '\"all\"'",
        "init_lora_weights, '\"pissa\"'",
        "some_new_feature, 3"
    })
    void refusesFeaturesOfPeftByName(String feature, String value) throws IOException {
        PeftFolder.write(learned(LoraSpec.DEFAULT, "dinov3_vits16"), folder, PeftNames.DINOV3_VIT);
        Path config = folder.resolve("adapter_config.json");
        String text = Files.readString(config)
                .replaceAll("\\s*\"" + feature + "\" : [^,\n]*,?", "")
                .replaceAll(",\\s*\\}", "}");
        Files.writeString(config, text.replaceFirst("\\{", "{\"" + feature + "\": " + value + ","));

        assertThatThrownBy(() -> Lora.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("\"" + feature + "\"");
    }

    @Test
    void refusesHalfAnAdapter() {
        Lora lora = learned(LoraSpec.DEFAULT, "dinov3_vits16");
        Path file = folder.resolve("adapter.safetensors");
        lora.write(file, Map.of());
        Map<String, String> metadata = io.github.dino4j.weights.Safetensors.metadata(file);
        StateDict half =
                io.github.dino4j.weights.Checkpoints.tensors(file).select(name -> !name.equals("blocks.4.q.b"));
        Path damaged = folder.resolve("half.safetensors");
        io.github.dino4j.weights.Safetensors.write(damaged, half.tensors(), metadata);

        assertThatThrownBy(() -> Lora.read(damaged))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'blocks.4.q.a'");
    }

    @Test
    void refusesABackboneOfAnotherWidth() {
        Lora lora = learned(LoraSpec.DEFAULT, "dinov3_vits16");

        assertThatThrownBy(() -> lora.requireFits("dinov3_vitb16", layers("dinov3_vitb16")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("384")
                .hasMessageContaining("768")
                .hasMessageContaining("made for dinov3_vits16");
    }

    @Test
    void theFirstBlocksAloneHaveNoPlaceInDinov3FinetunesForm() {
        Lora lora = learned(LoraSpec.DEFAULT.withBlocks(new BlockRange("0-2")), "dinov3_vits16");

        assertThatThrownBy(
                        () -> FineTuneFactors.write(lora, folder.resolve("part.safetensors"), StateDict.of(Map.of())))
                .hasMessageContaining("knows LoRA on all blocks")
                .hasMessageContaining("0-2");
    }
}
