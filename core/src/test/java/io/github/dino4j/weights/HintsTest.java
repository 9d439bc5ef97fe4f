package io.github.dino4j.weights;

import static io.github.dino4j.weights.Golden.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.weights.Preprocessing.Crop;
import io.github.dino4j.weights.Preprocessing.Order;
import io.github.dino4j.weights.Preprocessing.Resampling;
import io.github.dino4j.weights.Preprocessing.Resize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HintsTest {
    @TempDir
    Path folder;

    @Test
    void readsTheConfigOfAHuggingFaceDinov3() {
        Hints hints = Checkpoints.open(file("hub/hf_dinov3_vit_gated")).hints();

        assertThat(hints.modelType()).contains("dinov3_vit");
        assertThat(hints.dim()).hasValue(32);
        assertThat(hints.depth()).hasValue(2);
        assertThat(hints.heads()).hasValue(2);
        assertThat(hints.patch()).hasValue(16);
        assertThat(hints.registers()).hasValue(4);
        assertThat(hints.ffnHidden()).hasValue(64);
        assertThat(hints.layerNormEps()).hasValue(1e-5);
        assertThat(hints.gated()).contains(true);
        assertThat(hints.ropeAugmentation().rescale()).hasValue(2);
        Preprocessing images = hints.preprocessing().orElseThrow();
        assertThat(images.order()).isEqualTo(Order.RESCALE_THEN_RESIZE);
        assertThat(images.resize()).contains(new Resize.Exact(224, 224));
        assertThat(images.resample()).contains(Resampling.BILINEAR);
        assertThat(images.mean()).isEqualTo(Preprocessing.IMAGENET_MEAN);
    }

    @Test
    void readsRopeThetaWhereTransformers5PutsIt() {
        assertThat(Checkpoints.open(file("hub/hf_dinov3_vit_v5")).hints().ropeTheta())
                .hasValue(100);
    }

    @Test
    void readsTheCropOfAHuggingFaceDinov2() {
        Hints hints = Checkpoints.open(file("hub/hf_dinov2")).hints();

        Preprocessing images = hints.preprocessing().orElseThrow();
        assertThat(hints.imageSize()).hasValue(70);
        assertThat(images.resize()).contains(new Resize.ShorterSide(256));
        assertThat(images.crop()).contains(new Crop(224, 224));
        assertThat(images.resample()).contains(Resampling.BICUBIC);
        assertThat(images.order()).isEqualTo(Order.RESIZE_THEN_RESCALE);
    }

    @Test
    void bringsStatisticsOfUnscaledImagesTo0To1() {
        Hints hints = Checkpoints.open(file("hub/hf_dpt_dinov2")).hints();

        Preprocessing images = hints.preprocessing().orElseThrow();
        assertThat(images.mean().get(0)).isEqualTo(123.675 / 255);
        assertThat(images.resize()).isEmpty();
        assertThat(images.padToMultiple()).hasValue(14);
        assertThat(hints.backboneLayers()).containsExactly(0, 1, 2, 3);
        assertThat(hints.dim()).hasValue(32);
        assertThat(hints.modelType()).contains("dpt");
    }

    @Test
    void readsTheConfigOfATimmRepository() {
        Hints hints = Checkpoints.open(file("hub/timm_v1")).hints();

        assertThat(hints.architecture()).contains("vit_small_patch16_224");
        assertThat(hints.heads()).hasValue(2);
        assertThat(hints.imageSize()).hasValue(64);
        Preprocessing images = hints.preprocessing().orElseThrow();
        assertThat(images.resize()).contains(new Resize.ShorterSide(71)); // floor(64 / 0.9)
        assertThat(images.crop()).contains(new Crop(64, 64));
        assertThat(Checkpoints.open(file("hub/timm_dinov3_qkvb")).hints().registers())
                .hasValue(4);
        assertThat(Checkpoints.open(file("hub/timm_dinov3_qkvb")).hints().pretrainingData())
                .contains(PretrainingData.LVD1689M);
    }

    @Test
    void prefersSatelliteStatisticsWhereTheNameSaysSo() throws IOException {
        Path repository = folder.resolve("dinov3-vitl16-pretrain-SAT493M");
        Files.createDirectories(repository);
        try (Stream<Path> files = Files.list(file("hub/hf_dinov3_vit"))) {
            for (Path source : files.toList()) {
                Files.copy(source, repository.resolve(source.getFileName()));
            }
        }

        Checkpoint checkpoint = Checkpoints.open(repository);

        assertThat(checkpoint.hints().pretrainingData()).contains(PretrainingData.SAT493M);
        assertThat(checkpoint.hints().preprocessing().orElseThrow().mean()).isEqualTo(Preprocessing.SAT_MEAN);
        assertThat(checkpoint.hints().preprocessing().orElseThrow().std()).isEqualTo(Preprocessing.SAT_STD);
        assertThat(checkpoint.explanation().warnings()).anyMatch(text -> text.contains("sat493m"));
    }

    @ParameterizedTest
    @CsvSource({
        "dinov3_vitl16_pretrain_sat493m-eadcf0ff.pth, SAT493M",
        "renamed-eadcf0ff.pth, SAT493M",
        "dinov3_vit7b16_pretrain-a6675841.pth, SAT493M",
        "dinov3_vits16_pretrain_lvd1689m-08c60483.pth, LVD1689M",
        "vit_small_patch14_dinov2.lvd142m, LVD142M"
    })
    void knowsTheDataByTheNameOfTheFile(String name, PretrainingData data) {
        assertThat(PretrainingData.find(name)).contains(data);
    }

    @Test
    void leavesTheDataOpenWhereNoNameTells() {
        assertThat(PretrainingData.find("dinov3-vits16.pth")).isEmpty();
    }

    @Test
    void saysWhichConfigIsBroken() throws IOException {
        Files.copy(file("hub/timm_v1/model.safetensors"), folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), "{\"a\":");

        assertThatThrownBy(() -> Checkpoints.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json: cannot be read as JSON");
    }
}
