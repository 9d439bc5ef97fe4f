package io.github.dino4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.backbone.Position.GridResample;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.export.ExportException;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.RotaryEmbedding.Coordinates;
import io.github.dino4j.onnx.OnnxOptions.Precision;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Reference;
import io.github.dino4j.tensor.DType;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxExporterTest {
    private static final Path GOLDEN = Path.of("../core/src/test/resources/golden");
    private static final Path CHECKPOINT = GOLDEN.resolve("backbone/ckpt_mlp_zip.pth");
    private static final VitConfig TINY = RandomWeights.v3(
            new Ffn.Mlp(96, true), RandomWeights.LAYER_NORM, Coordinates.SEPARATE, Bias.KEY_MASKED, false);
    private static final OnnxOptions SMALL = OnnxOptions.DEFAULT.withSize(32, 48);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "backbone/ckpt_mlp_zip.pth",
                "backbone/ckpt_mlp_fp16.safetensors",
                "hub/hf_vit_v1",
                "hub/hf_dinov2",
                "hub/hf_dinov2_reg",
                "hub/hf_dinov2_swiglu",
                "hub/hf_dinov3_vit_gated",
                "hub/timm_dinov2_reg4",
                "hub/timm_dinov3_qkvb"
            })
    void exportsCheckpointsOfEveryLibrary(String name) {
        LoadOptions huggingFace = LoadOptions.DEFAULT.withReference(Reference.HUGGING_FACE);

        for (OnnxOptions options : List.of(
                OnnxOptions.DEFAULT, OnnxOptions.DEFAULT.withDynamicSize(), OnnxOptions.DEFAULT.with(huggingFace))) {
            OnnxExporter.Result result = OnnxExporter.export(GOLDEN.resolve(name), file("m.onnx"), options);

            assertThat(result.report().orElseThrow().maxAbs()).isLessThan(1e-4);
        }
    }

    @Test
    void tellsWhatTheFileTakesAndGives() throws OrtException {
        OnnxExporter.export(CHECKPOINT, file("m.onnx"), SMALL);

        try (OrtSession session =
                OrtEnvironment.getEnvironment().createSession(file("m.onnx").toString())) {
            assertThat(shape(session.getInputInfo().get("pixels"))).containsExactly(-1, 3, 32, 48);
            assertThat(session.getOutputNames()).containsExactlyInAnyOrder("cls", "patches", "registers");
            assertThat(shape(session.getOutputInfo().get("patches"))).containsExactly(-1, 6, 48);
            assertThat(session.getMetadata().getCustomMetadata())
                    .containsKeys("model", "licence")
                    .containsEntry("patch", "16")
                    .containsEntry("mean", "[0.485, 0.456, 0.406]");
        }
    }

    private static long[] shape(@Nullable NodeInfo node) {
        return ((TensorInfo) Objects.requireNonNull(node).getInfo()).getShape();
    }

    @Test
    void leavesNoLooseOperatorsToOnnxRuntime() throws Exception {
        OnnxExporter.export(TINY, RandomWeights.of(TINY), file("m.onnx"), SMALL.with(Precision.INT8_DYNAMIC));
        Map<String, Integer> int8 = Operators.optimised(file("m.onnx"), file("optimised.onnx"));
        OnnxExporter.export(TINY, RandomWeights.of(TINY), file("m.onnx"), SMALL);
        Map<String, Integer> float32 = Operators.optimised(file("m.onnx"), file("optimised.onnx"));

        assertThat(int8)
                .containsEntry("DynamicQuantizeMatMul", 8) // four a block
                .doesNotContainKeys("DynamicQuantizeLinear", "MatMulInteger", "Cast", "Mul");
        assertThat(float32)
                .containsEntry("MultiHeadAttention", 2)
                .containsEntry("BiasGelu", 2)
                .containsEntry("MatMul", 8)
                .doesNotContainKeys("Gelu", "Cast", "Mul");
    }

    @Test
    void keepsToTheStandardWhereAsked() throws IOException {
        OnnxExporter.export(TINY, RandomWeights.of(TINY), file("m.onnx"), SMALL.with(OnnxOptions.Operators.STANDARD));

        assertThat(Operators.of(file("m.onnx")))
                .containsKeys("Softmax", "Gelu", "LayerNormalization")
                .doesNotContainKeys("MultiHeadAttention", "RotaryEmbedding");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT32", "INT8_DYNAMIC"})
    void putsLargeWeightsIntoASecondFile(Precision precision) throws IOException {
        OnnxOptions options = SMALL.with(precision).withInlineLimit(10_000);
        OnnxExporter.export(TINY, RandomWeights.of(TINY), file("m.onnx"), SMALL); // to be replaced

        OnnxExporter.Result result = OnnxExporter.export(TINY, RandomWeights.of(TINY), file("m.onnx"), options);

        assertThat(result.files()).containsExactly(file("m.onnx"), file("m.onnx.data"));
        assertThat(files()).containsExactly("m.onnx", "m.onnx.data");
        assertThat(Files.size(file("m.onnx"))).isLessThan(40_000);
    }

    @Test
    void publishesNothingThatFailsTheCheck() throws IOException {
        Files.writeString(file("m.onnx"), "an older file");
        OnnxCheck.Forward zeros = (pixels, shape) -> Map.of(
                "cls", new float[(int) shape[0] * 48],
                "patches", new float[(int) shape[0] * 24 * 48],
                "registers", new float[(int) shape[0] * 4 * 48]);
        OnnxOptions options = SMALL.withInlineLimit(10_000);

        assertThatThrownBy(() ->
                        OnnxExporter.write(TINY, RandomWeights.of(TINY), Map.of(), file("m.onnx"), options, zeros))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("was not published")
                .hasMessageContaining("cls of 1 x 32 x 48: max abs");

        assertThat(files()).containsExactly("m.onnx");
        assertThat(file("m.onnx")).hasContent("an older file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dinov3_convnext_tiny", "dino_resnet50", "dino_xcit_small_12_p16"})
    void refusesOtherBackbonesByName(String name) {
        BackboneConfig config = BackboneCatalog.get(name).config();

        assertThatThrownBy(() -> OnnxExporter.vit(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("an? (ConvNeXt|ResNet|XCiT) cannot be written as ONNX.*dino4j features.*");
    }

    @Test
    void refusesADepthBranchAndNamesTheWayOut() throws IOException {
        OnnxOptions options = SMALL.with(LoadOptions.DEFAULT.withDepth(new DepthFusion.Branch()));

        assertThatThrownBy(() -> OnnxExporter.export(CHECKPOINT, file("m.onnx"), options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a model with a depth branch cannot be written as ONNX")
                .hasMessageContaining("DepthFusion.Widened");
        assertThat(files()).isEmpty();
    }

    @Test
    void addsDepthOnTheWayToTheFile() throws OrtException {
        DepthFusion widened = new DepthFusion.Widened(DepthFusion.Start.MEAN);

        OnnxExporter.export(CHECKPOINT, file("m.onnx"), SMALL.with(LoadOptions.DEFAULT.withDepth(widened)));

        try (OrtSession session =
                OrtEnvironment.getEnvironment().createSession(file("m.onnx").toString())) {
            assertThat(shape(session.getInputInfo().get("pixels"))).containsExactly(-1, 4, 32, 48);
            assertThat(session.getMetadata().getCustomMetadata()).containsKey("depth");
        }
    }

    @Test
    void refusesConvNextFilesBeforeAnythingIsWritten() throws IOException {
        assertThatThrownBy(() -> OnnxExporter.export(GOLDEN.resolve("hub/hf_dinov3_convnext"), file("m.onnx"), SMALL))
                .hasMessageContaining("a ConvNeXt cannot be written as ONNX");
        assertThat(files()).isEmpty();
    }

    @Test
    void refusesSizesThatAreNoWholePatches() {
        assertThatThrownBy(() -> OnnxExporter.export(CHECKPOINT, file("m.onnx"), OnnxOptions.DEFAULT.withSize(230, 64)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("230 x 64")
                .hasMessageContaining("such as 224 x 64");
    }

    @Test
    void refusesPlacesThatCannotBeWritten() throws IOException {
        Path blocked = Files.createFile(file("blocked"));
        Path directory = Files.createDirectory(file("directory"));

        assertThatThrownBy(() -> OnnxExporter.export(CHECKPOINT, blocked.resolve("m.onnx"), SMALL))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("cannot be written");
        assertThatThrownBy(() -> OnnxExporter.export(CHECKPOINT, directory, SMALL))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("is a folder");
    }

    @Test
    void refusesWeightsThatDoNotFitTheConfiguration() throws IOException {
        VitConfig v1 = RandomWeights.v1(new GridResample.ByScale(0.1, false));

        assertThatThrownBy(() -> OnnxExporter.export(TINY, RandomWeights.of(v1), file("m.onnx"), SMALL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a weight 'storage_tokens' [1, 4, 48]");
        assertThat(files()).isEmpty();
    }

    @Test
    void refusesHalfPrecisionRotations() {
        VitConfig config = TINY.withPosition(RandomWeights.rope(Coordinates.SEPARATE, DType.BF16));

        assertThatThrownBy(() -> OnnxExporter.export(config, RandomWeights.of(config), file("m.onnx"), SMALL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BF16 cannot be written as ONNX");
    }

    @Test
    void openSizesOfV2HaveToBeWholePatchesToo() throws OrtException {
        VitConfig config = RandomWeights.v2(0, new Ffn.Mlp(96, true), new GridResample.ByScale(0.1, false));
        OnnxExporter.export(config, RandomWeights.of(config), file("m.onnx"), OnnxOptions.DEFAULT.withDynamicSize());
        OrtEnvironment environment = OrtEnvironment.getEnvironment();

        try (OrtSession session = environment.createSession(file("m.onnx").toString());
                OnnxTensor pixels = OnnxTensor.createTensor(
                        environment, FloatBuffer.allocate(3 * 28 * 30), new long[] {1, 3, 28, 30})) {
            assertThatThrownBy(() -> session.run(Map.of("pixels", pixels)))
                    .hasMessageContaining("image_sides_must_be_multiples_of_7");
        }
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
