package io.github.dino4j.weights;

import static io.github.dino4j.weights.Golden.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyNamingTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "backbone/ckpt_mlp_official.safetensors, HF_DINOV3_VIT",
        "backbone/ckpt_mlp_official.safetensors, TIMM_DINOV3",
        "backbone/ckpt_mlp_official.safetensors, OFFICIAL_DINOV3",
        "backbone/ckpt_swiglu_hf.safetensors, HF_DINOV3_VIT",
        "backbone/ckpt_swiglu_hf.safetensors, TIMM_DINOV3",
        "backbone/ckpt_mlp_bf16.pth, HF_DINOV3_VIT",
        "hub/hf_dinov3_vit_gated_nobias, HF_DINOV3_VIT",
        "hub/hf_dinov3_vit_gated_nobias, TIMM_DINOV3",
        "hub/hf_dinov2, HF_DINOV2",
        "hub/hf_dinov2, TIMM_DINOV2",
        "hub/hf_dinov2, OFFICIAL_DINOV2",
        "hub/hf_dinov2_swiglu, HF_DINOV2",
        "hub/hf_dinov2_swiglu, TIMM_DINOV2",
        "hub/hf_dinov2_swiglu, OFFICIAL_DINOV2",
        "hub/hf_dinov2_reg, HF_DINOV2_REGISTERS",
        "hub/hf_dinov2_reg, OFFICIAL_DINOV2",
        "hub/timm_dinov2_reg4, TIMM_DINOV2_REGISTERS",
        "hub/hf_vit_v1, HF_VIT",
        "hub/hf_vit_v1, OFFICIAL_DINOV1",
        "hub/hf_dinov3_convnext, HF_DINOV3_CONVNEXT",
        "hub/hf_dinov3_convnext, TIMM_CONVNEXT",
        "hub/hf_dinov3_convnext, OFFICIAL_CONVNEXT"
    })
    void writesANamingThatReadsBackBitByBit(String source, Naming naming) {
        StateDict official = Checkpoints.open(file(source)).weights();
        Path copy = folder.resolve("copy.safetensors");

        Safetensors.write(copy, KeyNaming.of(naming).write(official).tensors(), Map.of("format", "pt"));
        Checkpoint back = Checkpoints.open(copy);

        assertThat(back.naming()).isEqualTo(naming);
        assertThat(back.extras().isEmpty()).isTrue();
        boolean lossy = !naming.name().startsWith("OFFICIAL");
        for (String name : official.names()) {
            if (lossy
                    && name.matches("rope_embed.periods|local_cls_norm.*|mask_token")
                    && !back.weights().contains(name)) {
                continue; // this naming has no place for it
            }
            StoredTensor expected = official.get(name);
            StoredTensor got = back.weights().get(name);
            assertThat(got.dtype()).as(name).isEqualTo(expected.dtype());
            assertThat(got.shape()).as(name).isEqualTo(expected.shape());
            assertThat(got.toFloats()).as(name).isEqualTo(lossy ? masked(official, name) : expected.toFloats());
        }
        assertThat(official.names()).containsAll(back.weights().names());
    }

    @Test
    void addsTheClsPositionIntoTheClsTokenOfTimmRegisters() {
        StateDict official = Checkpoints.open(file("hub/hf_dinov2_reg")).weights();

        StateDict timm = KeyNaming.of(Naming.TIMM_DINOV2_REGISTERS).write(official);

        float[] cls = official.get("cls_token").toFloats();
        float[] positions = official.get("pos_embed").toFloats();
        assertThat(timm.get("pos_embed").shape()).containsExactly(1, 25, 32);
        for (int i = 0; i < cls.length; i++) {
            assertThat(timm.get("cls_token").toFloats()[i]).isEqualTo(cls[i] + positions[i]);
        }
    }

    @Test
    void refusesToWriteWhatANamingHasNoPlaceFor() {
        Map<String, StoredTensor> weights =
                new LinkedHashMap<>(Checkpoints.open(file("backbone/ckpt_mlp_official.safetensors"))
                        .weights()
                        .tensors());
        weights.put("cls_norm.weight", StoredTensor.InMemory.of(new long[] {1}, 1));

        assertThatThrownBy(() -> KeyNaming.of(Naming.HF_DINOV3_VIT).write(StateDict.of(weights)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("no place for 'cls_norm.weight'");
    }

    @Test
    void unchunksBlocksOfTrainingCheckpoints() {
        StoredTensor one = StoredTensor.InMemory.of(new long[] {1}, 1);
        StateDict chunked = StateDict.of(Map.of("blocks.1.7.norm1.weight", one));

        assertThat(KeyNaming.of(Naming.OFFICIAL_DINOV2).read(chunked).names()).containsExactly("blocks.7.norm1.weight");
    }

    @Test
    void joinsTheRowsOfATimmXcitThatSplitsThem() {
        Map<String, StoredTensor> split = new LinkedHashMap<>();
        for (String part : List.of("q", "k", "v")) {
            split.put("cls_attn_blocks.0.attn." + part + ".weight", StoredTensor.InMemory.of(new long[] {1, 2}, 1, 2));
        }

        StateDict official = KeyNaming.of(Naming.TIMM_XCIT).read(StateDict.of(split));

        assertThat(official.get("cls_attn_blocks.0.attn.qkv.weight").shape()).containsExactly(3, 2);
    }

    @Test
    void replacesMasksThatWereNeverFilled() {
        Map<String, StoredTensor> weights =
                new LinkedHashMap<>(Checkpoints.open(file("backbone/ckpt_mlp_official.safetensors"))
                        .weights()
                        .tensors());
        weights.put("blocks.0.attn.qkv.bias_mask", new StoredTensor.Filled(DType.F32, new long[] {144}, Float.NaN));
        Path copy = folder.resolve("nan.safetensors");
        Safetensors.write(copy, weights, Map.of());

        Checkpoint checkpoint = Checkpoints.open(copy);

        float[] mask = checkpoint.weights().get("blocks.0.attn.qkv.bias_mask").toFloats();
        assertThat(mask[0]).isEqualTo(1);
        assertThat(mask[48]).isEqualTo(0);
        assertThat(mask[143]).isEqualTo(1);
        assertThat(checkpoint.explanation().warnings()).anyMatch(text -> text.contains("NaN"));
    }

    @Test
    void refusesABackboneWithPartsOfAnotherArchitecture() {
        Map<String, StoredTensor> weights = new LinkedHashMap<>(
                Checkpoints.open(file("hub/timm_v1")).weights().tensors());
        weights.put("blocks.1.attn.relative_position_bias_table", StoredTensor.InMemory.of(new long[] {1}, 1));
        Path copy = folder.resolve("beit.safetensors");
        Safetensors.write(copy, weights, Map.of());

        assertThatThrownBy(() -> Checkpoints.open(copy))
                .hasMessageContaining("beit.safetensors")
                .hasMessageContaining("blocks.1.attn.relative_position_bias_table");
    }

    @Test
    void listsTheFirstNamesOfAFileItDoesNotKnow() {
        assertThatThrownBy(() -> Checkpoints.open(file("backbone/pth_tricky_zip.pth")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("pth_tricky_zip.pth")
                .hasMessageContaining("'plain', 'transposed'");
    }

    /** Section 5 of the naming specification on the names of every official model there is a case for. */
    @Test
    void recognisesEveryOfficialModel() throws IOException {
        Optional<Path> home = Golden.home();
        Assumptions.assumeTrue(
                home.isPresent(), "the complete golden data is not here; set -Ddino4j.golden.home=<folder>");
        int seen = 0;
        for (Path json : jsonFiles(home.get())) {
            Optional<Naming> expected = expected(json.getFileName().toString());
            JsonNode node = new ObjectMapper().readTree(Files.readAllBytes(json));
            List<String> names = names(node);
            if (expected.isPresent() && !names.isEmpty()) {
                assertThat(NamingDetector.detect(names).map(NamingDetector.Detected::naming))
                        .as("%s", json)
                        .isEqualTo(expected);
                KeyNaming.Renamed renamed = KeyNaming.of(expected.get())
                        .rename(names.stream().collect(LinkedHashMap::new, KeyNamingTest::putOne, Map::putAll));
                assertThat(renamed.unknown()).as("%s", json).isEmpty();
                seen++;
            }
        }
        assertThat(seen).isGreaterThan(30);
    }

    private static void putOne(Map<String, StoredTensor> tensors, String name) {
        tensors.put(name, StoredTensor.InMemory.of(new long[] {1}, 1));
    }

    private static Optional<Naming> expected(String file) {
        Map<String, Naming> byName = new LinkedHashMap<>();
        byName.put("v1_(vit_|attention|copy|retrieval).*", Naming.OFFICIAL_DINOV1);
        byName.put("v1s_.*", Naming.OFFICIAL_DINOV1);
        byName.put("v1_xcit.*", Naming.OFFICIAL_XCIT);
        byName.put("v1_resnet50.*", Naming.RESNET50);
        byName.put("v2(_|s_).*", Naming.OFFICIAL_DINOV2);
        byName.put("v3(_vit|s_).*", Naming.OFFICIAL_DINOV3);
        byName.put("cnx_.*", Naming.OFFICIAL_CONVNEXT);
        return byName.entrySet().stream()
                .filter(entry -> file.matches(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static List<Path> jsonFiles(Path home) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String name : List.of("backbone", "hub")) {
            try (Stream<Path> all = Files.list(home.resolve(name))) {
                all.filter(file -> file.toString().endsWith(".json")).sorted().forEach(files::add);
            }
        }
        return files;
    }

    private static List<String> names(JsonNode golden) {
        List<String> names = new ArrayList<>();
        golden.path("fill").forEach(entry -> names.add(entry.path("name").asText()));
        golden.path("fixed").forEach(name -> names.add(name.asText()));
        return names;
    }

    /** Other namings do not store the masked key bias: it comes back as zeros. */
    private static float[] masked(StateDict official, String name) {
        float[] values = official.get(name).toFloats();
        official.find(name + "_mask").ifPresent(mask -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = mask.toFloats()[i] == 0 ? 0 : values[i];
            }
        });
        return values;
    }
}
