package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadFileTest {
    private static final BackboneConfig SMALL =
            BackboneCatalog.get("dinov3_vits16").config();

    @TempDir
    private Path folder;

    private LoadedHead<SegmentationHead> load(WrittenHead head, BackboneConfig backbone) {
        return HeadFile.open(head.write(folder)).load(backbone, "dinov3-vits16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "segmentation_model.1.", "module.segmentation_model.1.", "model.decoder."})
    void findsALinearHeadUnderEveryPrefix(String prefix) {
        try (LoadedHead<SegmentationHead> head = load(WrittenHead.linear(prefix, 384, 5), SMALL)) {
            assertThat(((LinearSegmenter) head.head()).config())
                    .isEqualTo(new LinearSegmenter.Config(Layers.last(1), 384, false, 5));
        }
    }

    @Test
    void readsFourLayersAtEvenDistancesWhereALinearHeadIsFourTimesAsWide() {
        try (LoadedHead<SegmentationHead> head = load(WrittenHead.linear("", 4 * 384, 5), SMALL)) {
            assertThat(head.head().taps().layers().indices(12)).containsExactly(2, 5, 8, 11);
        }
    }

    @Test
    void readsTheLastFourLayersForAnMsHeadOfTheHub() {
        try (LoadedHead<SegmentationHead> head = load(WrittenHead.hub("decode_head.", 4 * 384, 21), SMALL)) {
            assertThat(head.head().taps().layers().indices(12)).containsExactly(8, 9, 10, 11);
        }
    }

    @Test
    void sumsTheWidthsOfStagesForAConvNeXt() {
        BackboneConfig convNext = BackboneCatalog.get("dinov3_convnext_tiny").config();

        try (LoadedHead<SegmentationHead> head = load(WrittenHead.linear("", 96 + 192 + 384 + 768, 3), convNext)) {
            assertThat(head.head().taps().layers().indices(4)).containsExactly(0, 1, 2, 3);
        }
    }

    @Test
    void takesWidthAndClassesOfAPyramidFromItsShapes() {
        try (LoadedHead<SegmentationHead> head = load(WrittenHead.fpn("decoder.", 384, 24, 6), SMALL)) {
            assertThat(((FineTuneFpn) head.head()).config()).isEqualTo(new FpnDecoder.Config(384, 24, 6, 0));
        }
    }

    @Test
    void tellsALinearDecoderFromAnImageClassifier() {
        WrittenHead classifier =
                new WrittenHead().with("classifier.weight", 10, 384).with("classifier.bias", 10);

        assertThatThrownBy(() -> load(classifier, SMALL))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("no segmentation head known")
                .hasMessageContaining("classifier.weight");
        assertThat(HeadFile.open(WrittenHead.fineTuneLinear("", 384, 10).write(folder))
                        .title())
                .contains("linear decoder of dinov3-finetune");
    }

    @Test
    void namesBothWidthsWhereAHeadIsForAnotherBackbone() {
        assertThatThrownBy(() -> load(WrittenHead.linear("", 768, 5), SMALL))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("head.safetensors")
                .hasMessageContaining("the head wants 768 channels a layer, dinov3-vits16 gives 384")
                .hasMessageContaining("Load the backbone that the head was trained on");
        assertThatThrownBy(() -> load(WrittenHead.fpn("", 1024, 24, 5), SMALL))
                .hasMessageContaining("the head wants 1024 channels a layer, dinov3-vits16 gives 384");
    }

    @Test
    void namesTheLayersThatABackboneDoesNotHave() {
        assertThatThrownBy(() -> load(WrittenHead.hub("", 4 * 48, 5), TinyModel.CONFIG))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("the head reads 4 layers, dinov3-vits16 has 2");
        assertThatThrownBy(() -> load(WrittenHead.fpn("", 48, 24, 5), TinyModel.CONFIG))
                .hasMessageContaining("the head reads 4 layers, dinov3-vits16 has 2");
    }

    @Test
    void leavesABackboneInTheFileAside() {
        WrittenHead whole = WrittenHead.linear("segmentation_model.1.", 384, 5)
                .with("segmentation_model.0.feature_model.conv.weight", 3, 3)
                .with("segmentation_model.0.feature_model.batchnorm_layer.running_mean", 3);

        try (LoadedHead<SegmentationHead> head = load(whole, SMALL)) {
            assertThat(head.head().classes()).isEqualTo(5);
        }
    }

    @Test
    void leavesABackboneUnderTheHeadsOwnPrefixAside() {
        WrittenHead whole = WrittenHead.hub("model.", 384, 5).with("model.backbone.cls_token", 1, 1, 384);

        try (LoadedHead<SegmentationHead> head = load(whole, SMALL)) {
            assertThat(head.head()).isInstanceOf(HubSegmenter.class);
        }
    }

    @Test
    void reportsATensorThatNobodyKnows() {
        assertThatThrownBy(() -> load(WrittenHead.hub("decode_head.", 384, 5).with("neck.weight", 4), SMALL))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("1 tensors not part of the model: neck.weight");
    }

    @Test
    void reportsAMissingTensor() {
        assertThatThrownBy(() -> load(WrittenHead.hub("", 384, 5).without("conv_seg.bias"), SMALL))
                .hasMessageContaining("missing")
                .hasMessageContaining("conv_seg.bias");
    }

    @Test
    void reportsNaN() {
        WrittenHead broken = WrittenHead.hub("", 384, 1).with("conv_seg.bias", new float[] {Float.NaN}, 1);

        assertThatThrownBy(() -> load(broken, SMALL))
                .hasMessageContaining("with NaN or infinite values")
                .hasMessageContaining("conv_seg.bias");
    }

    @Test
    void refusesToChooseBetweenTwoHeads() {
        WrittenHead two = WrittenHead.hub("decode_head.", 384, 5)
                .norm("auxiliary_head.bn", 384)
                .with("auxiliary_head.conv_seg.weight", 5, 384, 1, 1)
                .with("auxiliary_head.conv_seg.bias", 5);

        assertThatThrownBy(() -> load(two, SMALL))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("holds 2 segmentation heads")
                .hasMessageContaining("'decode_head.'")
                .hasMessageContaining("'auxiliary_head.'");
    }

    @Test
    void runsHeadsOfTheHubByTheirNumberOfLayers() {
        HeadFile linear = HeadFile.open(WrittenHead.hub("", 384, 5).write(folder));
        SegmentOptions one = linear.options(SMALL);
        SegmentOptions four =
                HeadFile.open(WrittenHead.hub("", 4 * 384, 5).write(folder)).options(SMALL);

        assertThat(one).isEqualTo(SegmentOptions.DINOV2_LINEAR);
        assertThat(four).isEqualTo(SegmentOptions.DINOV2_MS);
    }
}
