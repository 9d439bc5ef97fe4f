package io.github.dino4j.weights;

import static io.github.dino4j.weights.Golden.assertBitEqual;
import static io.github.dino4j.weights.Golden.file;
import static io.github.dino4j.weights.Golden.golden;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every published form of the same weights gives the same tensors: the fill list of the case, bit by bit. */
class CheckpointsGoldenTest {
    @ParameterizedTest
    @CsvSource({
        "ckpt_mlp_zip.pth, TORCH_ZIP",
        "ckpt_mlp_legacy.pth, TORCH_LEGACY",
        "ckpt_mlp_train_teacher.pth, TORCH_ZIP",
        "ckpt_mlp_train_student_teacher.pth, TORCH_ZIP",
        "ckpt_mlp_official.safetensors, SAFETENSORS"
    })
    void readsEveryContainerOfTheOfficialNames(String name, Container container) {
        Checkpoint checkpoint = Checkpoints.open(file("backbone/" + name));

        assertThat(checkpoint.container()).isEqualTo(container);
        assertThat(checkpoint.naming()).isEqualTo(Naming.OFFICIAL_DINOV3);
        assertHoldsAll(checkpoint.weights(), golden("backbone/ckpt_mlp").weights());
    }

    @Test
    void takesTheTeacherAndKeepsHeadsApart() {
        Checkpoint both = Checkpoints.open(file("backbone/ckpt_mlp_train_student_teacher.pth"));
        Checkpoint teacher = Checkpoints.open(file("backbone/ckpt_mlp_train_teacher.pth"));

        assertThat(both.explanation().topLevel()).contains("teacher");
        assertThat(both.explanation().prefix()).isEqualTo("module.backbone.");
        assertThat(teacher.extras().names()).isNotEmpty().allMatch(name -> name.matches("(dino|ibot)_head\\..*"));
    }

    @Test
    void takesTheStudentWhenAsked() {
        Checkpoint student = Checkpoints.open(
                file("backbone/ckpt_mlp_train_student_teacher.pth"),
                Checkpoints.Options.DEFAULT.withTopLevel("student"));

        assertThat(student.weights().get("cls_token").toFloats()).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({
        "ckpt_mlp_fp16.safetensors, F16",
        "ckpt_mlp_bf16.safetensors, BF16",
        "ckpt_mlp_bf16.pth, BF16",
    })
    void widensHalfPrecisionExactly(String name, DType dtype) {
        StateDict weights = Checkpoints.open(file("backbone/" + name)).weights();

        double worst = 0;
        for (GoldenCase.FillEntry entry : golden("backbone/ckpt_mlp").fill()) {
            StoredTensor tensor = weights.get(entry.name());
            assertThat(tensor.dtype()).isEqualTo(dtype);
            float[] got = tensor.toFloats();
            float[] exact = entry.toArray().values();
            for (int i = 0; i < got.length; i++) {
                worst = Math.max(worst, Math.abs(got[i] - exact[i]) / Math.max(Math.abs(exact[i]), 1e-4));
            }
        }
        // One unit in the last place (11 and 8 significant bits): the writer of the files did not always round to
        // nearest.
        assertThat(worst).isBetween(1e-5, dtype == DType.F16 ? 0x1p-10 : 0x1p-7);
        assertThat(weights.get("rope_embed.periods").dtype()).isEqualTo(DType.F32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ckpt_mlp", "ckpt_swiglu"})
    void readsHuggingFaceNamesWithTheConfigBesideTheFile(String name) {
        Checkpoint checkpoint = Checkpoints.open(file("backbone/" + name + "_hf.safetensors"));

        assertThat(checkpoint.naming()).isEqualTo(Naming.HF_DINOV3_VIT);
        assertThat(checkpoint.hints().heads()).hasValue(3);
        assertThat(checkpoint.hints().ropeTheta()).hasValue(100);
        assertHoldsAll(checkpoint.weights(), masked(golden("backbone/" + name).weights()), "rope_embed.periods");
    }

    @ParameterizedTest
    @CsvSource({
        "hf_dinov2, HF_DINOV2",
        "hf_dinov2_imageclass, HF_DINOV2",
        "hf_dinov2_reg, HF_DINOV2_REGISTERS",
        "hf_dinov2_reg_imageclass, HF_DINOV2_REGISTERS",
        "hf_dinov2_swiglu, HF_DINOV2",
        "hf_dinov3_convnext, HF_DINOV3_CONVNEXT",
        "hf_dinov3_convnext_v5, HF_DINOV3_CONVNEXT",
        "hf_dinov3_vit, HF_DINOV3_VIT",
        "hf_dinov3_vit_gated, HF_DINOV3_VIT",
        "hf_dinov3_vit_gated_nobias, HF_DINOV3_VIT",
        "hf_dinov3_vit_v5, HF_DINOV3_VIT",
        "hf_dpt_dinov2, HF_DINOV2",
        "hf_vit_v1, HF_VIT",
        "hf_vit_v1_prefix_pooler, HF_VIT",
        "timm_dinov2, TIMM_DINOV2",
        "timm_dinov2_swiglu, TIMM_DINOV2",
        "timm_dinov3, TIMM_DINOV3",
        "timm_dinov3_qkvb, TIMM_DINOV3",
        "timm_dinov3_plus_qkvb, TIMM_DINOV3",
        "timm_dinov3_convnext, TIMM_CONVNEXT",
        "timm_v1, OFFICIAL_DINOV1"
    })
    void readsFoldersOfModelRepositories(String name, Naming naming) {
        Checkpoint checkpoint = Checkpoints.open(file("hub/" + name));
        Map<String, FloatArray> expected = masked(backboneOf(golden("hub/" + name)));

        assertThat(checkpoint.naming()).isEqualTo(naming);
        assertHoldsAll(checkpoint.weights(), expected, missingIn(checkpoint));
        assertThat(checkpoint.weights().names()).allMatch(key -> expected.containsKey(key) || key.startsWith("norm."));
    }

    @Test
    void putsTheClsPositionOfTimmRegistersBackSoThatSumsAgree() {
        StateDict weights = Checkpoints.open(file("hub/timm_dinov2_reg4")).weights();
        Map<String, FloatArray> expected = golden("hub/timm_dinov2_reg4").weights();

        float[] cls = requireNonNull(expected.get("cls_token")).values();
        float[] positions = requireNonNull(expected.get("pos_embed")).values();
        float[] gotCls = weights.get("cls_token").toFloats();
        float[] gotPositions = weights.get("pos_embed").toFloats();
        for (int i = 0; i < cls.length; i++) {
            assertThat(gotCls[i] + gotPositions[i]).isEqualTo(cls[i] + positions[i]);
        }
        for (int i = cls.length; i < positions.length; i++) {
            assertThat(gotPositions[i]).isEqualTo(positions[i]);
        }
        assertHoldsAll(weights, expected, "cls_token", "pos_embed", "mask_token");
    }

    @Test
    void leavesOutAPoolerThatWasNeverTrained() {
        Checkpoint checkpoint = Checkpoints.open(file("hub/hf_vit_v1_prefix_pooler"));

        assertThat(checkpoint.explanation().dropped())
                .containsExactlyInAnyOrder("vit.pooler.dense.weight", "vit.pooler.dense.bias");
        assertThat(checkpoint.extras().isEmpty()).isTrue();
        assertThat(checkpoint.explanation().warnings()).anyMatch(text -> text.contains("1e-12"));
    }

    @Test
    void keepsClassifiersAndDecodersUnderTheirOwnNames() {
        assertThat(Checkpoints.open(file("hub/hf_dinov2_imageclass")).extras().names())
                .containsExactlyInAnyOrder("classifier.weight", "classifier.bias");
        assertThat(Checkpoints.open(file("hub/hf_dpt_dinov2")).extras().names())
                .contains("neck.fusion_stage.layers.0.projection.weight", "head.head.4.weight");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dd_nyu_head.pth",
                "ld1_nyu_head.pth",
                "lc_v2_1layer_head.pth",
                "seg_ms_head.pth",
                "v1_linear_n4_linearweights.pth"
            })
    void opensHeadsThatComeAlone(String name) {
        Checkpoint checkpoint = Checkpoints.open(file("hub/" + name));

        assertThat(checkpoint.naming()).isEqualTo(Naming.HEAD_ONLY);
        assertThat(checkpoint.weights().isEmpty()).isTrue();
        assertThat(checkpoint.extras().isEmpty()).isFalse();
    }

    private static String[] missingIn(Checkpoint checkpoint) {
        boolean timm = checkpoint.naming().name().startsWith("TIMM");
        boolean noMaskToken = timm || checkpoint.naming() == Naming.HF_DINOV2;
        boolean noBias = checkpoint.weights().find("blocks.0.attn.qkv.bias").isEmpty();
        return new String[] {
            "rope_embed.periods",
            noMaskToken && !checkpoint.weights().contains("mask_token") ? "mask_token" : "-",
            noBias ? "blocks.0.attn.qkv.bias" : "-",
            noBias ? "blocks.1.attn.qkv.bias" : "-",
            noBias ? "blocks.0.attn.qkv.bias_mask" : "-",
            noBias ? "blocks.1.attn.qkv.bias_mask" : "-"
        };
    }

    private static Map<String, FloatArray> backboneOf(GoldenCase golden) {
        Map<String, FloatArray> weights = new TreeMap<>();
        golden.weights().forEach((name, value) -> {
            if (!name.matches("(linear_head|classifier|decode_head)\\..*")) {
                weights.put(name.replaceFirst("^backbone\\.", ""), value);
            }
        });
        return weights;
    }

    /** These files have no key bias: the official one is masked, so the key rows compare as zero. */
    private static Map<String, FloatArray> masked(Map<String, FloatArray> weights) {
        Map<String, FloatArray> masked = new TreeMap<>(weights);
        weights.forEach((name, mask) -> {
            if (name.endsWith("bias_mask")) {
                FloatArray bias = requireNonNull(weights.get(name.replace("bias_mask", "bias")));
                float[] product = bias.values().clone();
                for (int i = 0; i < product.length; i++) {
                    product[i] *= mask.values()[i];
                    product[i] += 0f; // -0 becomes 0
                }
                masked.put(name.replace("bias_mask", "bias"), new FloatArray(bias.shape(), product));
            }
        });
        return masked;
    }

    private static void assertHoldsAll(StateDict got, Map<String, FloatArray> expected, String... but) {
        expected.forEach((name, value) -> {
            if (!List.of(but).contains(name)) {
                assertThat(got.names()).contains(name);
                assertBitEqual(name, got.get(name), value);
            }
        });
    }
}
