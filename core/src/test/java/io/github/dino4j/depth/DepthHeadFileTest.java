package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.ResNetConfig;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.KeyNaming;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DepthHeadFileTest {
    private static final VitConfig BACKBONE = DepthPredictorTest.four(TinyModel.CONFIG);

    @TempDir
    private Path folder;

    private static LoadedHead<DepthHead> load(Path file, DepthPreset preset) {
        return DepthHeadFile.open(file).load(BACKBONE, "tiny", preset, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "PROJECT, BATCH, FULL, PROJECTION, 16, ''",
        "IGNORE, NONE, NONE, NOTHING, 1, decoder.",
        "PROJECT, NONE, NONE, PROJECTION, 1, decode_head."
    })
    void recognisesADptHeadByItsTensors(
            Readout readout, HeadNorm norm, Bias bias, AfterFusion after, int outputs, String prefix) {
        DptConfig config = new DptConfig(
                TinyHeads.DPT.widths(), TinyHeads.DPT.processed(), 8, readout, norm, bias, after, 6, outputs);
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), TinyHeads.dptWeights(prefix, config));

        try (LoadedHead<DepthHead> head = load(file, DepthPreset.SYNTHMIX)) {
            assertThat(head.head())
                    .isInstanceOfSatisfying(
                            DptHead.class, dpt -> assertThat(dpt.config()).isEqualTo(config));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "4, 0 1 2 3"})
    void recognisesALinearHeadAndItsLayersByTheWidth(int layers, String expected) {
        LinearDepthConfig config = new LinearDepthConfig(
                Collections.nCopies(layers, TinyHeads.WIDTH), ClassToken.APPENDED, HeadNorm.NONE, 4, 256);
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), TinyHeads.linearWeights("decode_head.", config));

        try (LoadedHead<DepthHead> head = load(file, DepthPreset.NYU)) {
            assertThat(((LinearDepthHead) head.head()).config()).isEqualTo(config);
            int[] indices = head.head().taps().layers().indices(4);
            assertThat(indices)
                    .containsExactly(Arrays.stream(expected.split(" "))
                            .mapToInt(Integer::parseInt)
                            .toArray());
        }
    }

    @Test
    void readsTheNamesOfHuggingFace() {
        DptConfig config = new DptConfig(
                TinyHeads.DPT.widths(),
                TinyHeads.DPT.processed(),
                8,
                Readout.PROJECT,
                HeadNorm.NONE,
                Bias.NONE,
                AfterFusion.PROJECTION,
                6,
                1);
        StateDict official = StateDict.of(TinyHeads.dptWeights("", config));
        Map<String, StoredTensor> named =
                new LinkedHashMap<>(KeyNaming.HUGGING_FACE_DPT.write(official).tensors());
        named.put(
                "neck.fusion_stage.layers.0.residual_layer1.convolution1.weight",
                StoredTensor.InMemory.of(new long[] {1}, 1)); // in their files, of no use
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), named);

        try (LoadedHead<DepthHead> head = load(file, DepthPreset.NYU)) {
            assertThat(((DptHead) head.head()).config()).isEqualTo(config);
        }
    }

    @Test
    void namesBothWidthsOfADptHeadForAnotherBackbone() {
        DptConfig other = new DptConfig(
                List.of(64, 64, 64, 64),
                TinyHeads.DPT.processed(),
                8,
                Readout.IGNORE,
                HeadNorm.NONE,
                Bias.NONE,
                AfterFusion.NOTHING,
                6,
                1);
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), TinyHeads.dptWeights("", other));

        assertThatThrownBy(() -> load(file, DepthPreset.NYU))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("DPT head is for a backbone of width 64; tiny has a backbone of width 48");
    }

    @Test
    void namesBothWidthsOfALinearHeadForAnotherBackbone() {
        LinearDepthConfig other = new LinearDepthConfig(List.of(64), ClassToken.APPENDED, HeadNorm.NONE, 4, 256);
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), TinyHeads.linearWeights("", other));

        assertThatThrownBy(() -> load(file, DepthPreset.NYU))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("reads 128 channels")
                .hasMessageContaining("of width 64, or four of width 16; tiny has width 48");
    }

    @Test
    void namesTheNumberOfLayersThatADptHeadReads() {
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), TinyHeads.dptWeights("", TinyHeads.DPT));

        assertThatThrownBy(() -> DepthHeadFile.open(file)
                        .load(BACKBONE, "tiny", DepthPreset.SYNTHMIX, Optional.of(Layers.last(2))))
                .hasMessageContaining("reads 4 layers, asked for are 2");
    }

    @Test
    void listsThePresetsWhereAFileNameTellsNone() {
        Path file = TinyHeads.write(folder.resolve("mine.safetensors"), TinyHeads.dptWeights("", TinyHeads.DPT));

        try (Model model = Model.random(BACKBONE, 1)) {
            assertThatThrownBy(() -> DepthPredictor.load(model, file))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("mine.safetensors")
                    .hasMessageContaining("'synthmix'")
                    .hasMessageContaining("'kitti'");
        }
    }

    @Test
    void knowsAPublishedHeadByTheNameOfItsFile() {
        Path file = TinyHeads.write(
                folder.resolve("dinov3_vit7b16_synthmix_dpt_head-02040be1.pth"),
                TinyHeads.dptWeights("", TinyHeads.DPT));

        try (Model model = Model.random(BACKBONE, 1);
                DepthPredictor predictor = DepthPredictor.load(model, file)) {
            assertThat(predictor.preset()).isEqualTo(DepthPreset.SYNTHMIX);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Readout.class,
            names = {"IGNORE", "ADD"})
    void takesTheReadoutThatIsStatedWhereNoTensorsTell(Readout readout) {
        DptConfig config = new DptConfig(
                TinyHeads.DPT.widths(),
                TinyHeads.DPT.processed(),
                8,
                readout,
                HeadNorm.NONE,
                Bias.FULL,
                AfterFusion.NOTHING,
                6,
                16);
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), TinyHeads.dptWeights("", config));

        try (LoadedHead<DepthHead> head = load(file, DepthPreset.SYNTHMIX.withReadout(readout))) {
            assertThat(((DptHead) head.head()).config()).isEqualTo(config);
        }
    }

    @Test
    void takesTheReadoutOfTheTensorsWhereTheyTell() {
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), TinyHeads.dptWeights("", TinyHeads.DPT));

        try (LoadedHead<DepthHead> head = load(file, DepthPreset.SYNTHMIX.withReadout(Readout.ADD))) {
            assertThat(((DptHead) head.head()).config().readout()).isEqualTo(Readout.PROJECT);
        }
    }

    @Test
    void leavesProjectionsToTheTensors() {
        assertThatThrownBy(() -> DepthPreset.NYU.withReadout(Readout.PROJECT))
                .hasMessageContaining("told by the head's tensors");
    }

    @Test
    void readsTheStagesOfAResNetWhoseWidthsDouble() {
        ResNetConfig resNet = new ResNetConfig(3, List.of(3, 4, 6, 3));
        LinearDepthConfig config = new LinearDepthConfig(
                List.of(256, 512, 1024, 2048), DepthPreset.NYU.classToken(), HeadNorm.NONE, 4, 16);
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), TinyHeads.linearWeights("", config));

        try (LoadedHead<DepthHead> head =
                DepthHeadFile.open(file).load(resNet, "a ResNet", DepthPreset.NYU, Optional.empty())) {
            assertThat(head.head().widths()).containsExactly(256, 512, 1024, 2048);
        }
    }

    @Test
    void refusesAFileWithoutADepthHead() {
        Path file = TinyHeads.write(
                folder.resolve("a.safetensors"), Map.of("weight", StoredTensor.InMemory.of(new long[] {1}, 1)));

        assertThatThrownBy(() -> load(file, DepthPreset.NYU)).hasMessageContaining("no depth head is in it");
    }

    @Test
    void namesWhatADamagedHeadMisses() {
        Map<String, StoredTensor> weights = TinyHeads.dptWeights("", TinyHeads.DPT);
        weights.remove("fusion_blocks.2.project.conv.bias");
        Path file = TinyHeads.write(folder.resolve("a.safetensors"), weights);

        assertThatThrownBy(() -> load(file, DepthPreset.SYNTHMIX))
                .hasMessageContaining("missing: fusion_blocks.2.project.conv.bias");
    }

    @ParameterizedTest
    @CsvSource({
        "dinov2_vits14_nyu_linear4_head.pth, nyu",
        "dinov2_vitg14_kitti_dpt_head.pth, kitti",
        "dinov3_vitl16_chmv2_dpt_head-3703d643.pth, chmv2",
        "dpt-dinov2-small-kitti, kitti",
        "dpt-dinov2-base-nyu/model.safetensors, nyu"
    })
    void knowsPublishedFilesByName(String file, String preset) {
        assertThat(DepthPreset.find(Path.of(file))).contains(DepthPreset.get(preset));
    }

    @Test
    void readsCanopyHeightAfterLayerFiveOfTwentyFour() {
        assertThat(DepthPreset.CHMV2.layers().of(24, 4)).isEqualTo(Layers.of(5, 11, 17, 23));
        assertThat(DepthPreset.SYNTHMIX.layers().of(24, 4)).isEqualTo(Layers.of(4, 11, 17, 23));
    }
}
