package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuneFileTest {
    private static final Path PUBLISHED = Path.of("../../shared/data/dinov3-finetune_vitl16_voc_lora.pt");

    @TempDir
    private Path folder;

    private static WrittenHead twoBlocks() {
        WrittenHead head = WrittenHead.fineTuneLinear("", 48, 5);
        for (int i = 0; i < 4; i++) {
            head.with("w_a_00" + i, 2, 48).with("w_b_00" + i, 48, 2);
        }
        return head;
    }

    private static Path published() {
        assumeTrue(Files.exists(PUBLISHED), PUBLISHED + " is not here");
        return PUBLISHED;
    }

    private static String crc(StoredTensor tensor) {
        CRC32 crc = new CRC32();
        crc.update(tensor.toBytes());
        return Long.toHexString(crc.getValue());
    }

    @Test
    void sortsTheFactorsByBlockAndProjection() {
        Path file = twoBlocks().write(folder);

        FineTuneFile read = FineTuneFile.read(file);

        StateDict stored = Checkpoints.tensors(file);
        assertThat(read.blocks()).isEqualTo(2);
        assertThat(read.rank()).isEqualTo(2);
        assertThat(read.width()).isEqualTo(48);
        assertThat(read.lora().get("blocks.0.v.a").toFloats())
                .isEqualTo(stored.get("w_a_001").toFloats());
        assertThat(read.lora().get("blocks.1.q.b").toFloats())
                .isEqualTo(stored.get("w_b_002").toFloats());
        assertThat(read.decoder().names()).containsExactlyInAnyOrder("classifier.weight", "classifier.bias");
    }

    @Test
    void runsTheDecoderAloneWhereTheCallerSaysSo() {
        Path file = twoBlocks().write(folder);
        try (Model model = TinyModel.random()) {
            FineTuneFile read = FineTuneFile.read(file);
            try (SegmentPredictor predictor =
                    SegmentPredictor.of(model, read.loadDecoder(model), ClassList.numbered(5), read.options(model))) {
                assertThat(predictor.predict(TinyModel.picture(50, 40, 1)).width())
                        .isEqualTo(50);
            }
        }
    }

    @Test
    void showsPhotosDividedBy255AloneInAMultipleOfThePatch() {
        try (Model model = TinyModel.random()) {
            SegmentOptions options =
                    FineTuneFile.read(twoBlocks().write(folder)).options(model);

            assertThat(options.side()).hasValue(480);
            assertThat(options.normalisation().orElseThrow().mean()).containsOnly(0);
            assertThat(options.normalisation().orElseThrow().std()).containsOnly(1);
        }
    }

    @Test
    void namesAMissingFactor() {
        Path file = twoBlocks().without("w_b_002").write(folder);

        assertThatThrownBy(() -> FineTuneFile.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'w_b_002' is missing");
    }

    @Test
    void namesAFactorOfAnotherRank() {
        Path file = twoBlocks().with("w_b_003", 48, 4).write(folder);

        assertThatThrownBy(() -> FineTuneFile.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'w_b_003' is [48, 4], the others ask for [48, 2]");
    }

    @Test
    void pointsToThePredictorWhereThereIsNoLora() {
        Path file = WrittenHead.fineTuneLinear("", 48, 5).write(folder);

        assertThatThrownBy(() -> FineTuneFile.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("SegmentPredictor.load");
    }

    @Test
    void readsThePublishedFile() {
        FineTuneFile file = FineTuneFile.read(published());

        assertThat(file.blocks()).isEqualTo(24);
        assertThat(file.width()).isEqualTo(1024);
        assertThat(file.rank()).isEqualTo(3);
        assertThat(file.lora().size()).isEqualTo(96);
        assertThat(crc(file.lora().get("blocks.0.q.a"))).isEqualTo("b315a059");
        assertThat(crc(file.lora().get("blocks.0.q.b"))).isEqualTo("c7a9a91b");
        assertThat(crc(file.lora().get("blocks.0.v.a"))).isEqualTo("46ac658d");
        assertThat(crc(file.lora().get("blocks.0.v.b"))).isEqualTo("db308da5");
        assertThat(crc(file.lora().get("blocks.23.v.a"))).isEqualTo("f0dac4b1");
        assertThat(crc(file.lora().get("blocks.23.v.b"))).isEqualTo("5276402");
        assertThat(file.decoder().get("classifier.weight").shape()).containsExactly(21, 1024, 1, 1);
        assertThat(crc(file.decoder().get("classifier.weight"))).isEqualTo("9c416a0");
        assertThat(crc(file.decoder().get("classifier.bias"))).isEqualTo("f03dbec9");
    }

    @Test
    @Tag("slow")
    void runsThePublishedDecoderOnAViTL() {
        FineTuneFile file = FineTuneFile.read(published());
        ClassList classes = ClassList.named("voc2012");
        try (Model model = Model.random(BackboneCatalog.get("dinov3_vitl16").config(), 1);
                LoadedHead<SegmentationHead> decoder = file.loadDecoder(model);
                SegmentPredictor predictor = SegmentPredictor.of(
                        model, decoder, classes, file.options(model).withSide(64))) {

            SegmentMap map = predictor.predict(ImageDecoder.standard().read(Path.of("../samples/dogs.jpg")));

            assertThat(map.shares()).isNotEmpty(); // random features: that it runs is all that can be said
            assertThat(map.confidences()[0]).isBetween(1 / 21f, 1f);
        }
    }

    @Test
    @Tag("slow")
    void runsThePublishedFileAsAWholeOnAViTL() {
        ClassList classes = ClassList.named("voc2012");
        try (Model model = Model.random(BackboneCatalog.get("dinov3_vitl16").config(), 1)) {
            FineTuneFile file = FineTuneFile.read(published());
            SegmentOptions small = file.options(model).withSide(64);
            float[] whole;
            float[] decoderAlone;
            try (SegmentPredictor predictor = SegmentPredictor.load(model, published(), classes, small)) {
                whole = predictor.predict(TinyModel.picture(64, 64, 1)).confidences();
            }
            try (LoadedHead<SegmentationHead> decoder = file.loadDecoder(model);
                    SegmentPredictor predictor = SegmentPredictor.of(model, decoder, classes, small)) {
                decoderAlone = predictor.predict(TinyModel.picture(64, 64, 1)).confidences();
            }

            assertThat(whole).isNotEqualTo(decoderAlone);
        }
    }

    @Test
    void runsAWholeFileOverABackboneThatStaysAsItIs() {
        Path file = twoBlocks().write(folder);
        try (Model model = TinyModel.random()) {
            FineTuneFile read = FineTuneFile.read(file);
            SegmentOptions options = read.options(model).withSide(64);
            float[] alone;
            try (SegmentPredictor decoder =
                    SegmentPredictor.of(model, read.loadDecoder(model), ClassList.numbered(5), options)) {
                alone = decoder.predict(TinyModel.picture(64, 64, 1)).confidences();
                try (SegmentPredictor whole = SegmentPredictor.load(model, file, ClassList.numbered(5), options)) {
                    assertThat(whole.predict(TinyModel.picture(64, 64, 1)).confidences())
                            .isNotEqualTo(alone);
                }

                assertThat(decoder.predict(TinyModel.picture(64, 64, 1)).confidences())
                        .isEqualTo(alone);
            }
        }
    }

    @Test
    void refusesThePublishedDecoderForASmallerBackbone() {
        FineTuneFile file = FineTuneFile.read(published());
        try (Model model = TinyModel.random()) {
            assertThatThrownBy(() -> file.loadDecoder(model))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("the head wants 1024 channels a layer, random gives 48");
        }
    }
}
