package io.github.dino4j.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.PassMemory;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.tensor.Engine;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrecisionTest {
    private static final List<Pixels> IMAGES = IntStream.range(0, 5)
            .mapToObj(i -> Transform.dinoV3(64).apply(TinyModel.picture(80, 60, i)))
            .toList();

    @AfterEach
    void noBudget() {
        Engine.memoryBudget(Long.MAX_VALUE);
    }

    private static Model model(Precision precision) {
        return Model.random(BackboneCatalog.get("dinov3_vits16").config(), 3, precision);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BFLOAT16", "INT8"})
    void imagesDoNotDependOnTheirNeighboursInABatch(Precision precision) {
        assumeTrue(io.github.dino4j.tensor.Precision.valueOf(precision.name()).supported());
        try (Model model = model(precision)) {
            List<Features> together = model.features(IMAGES);

            for (int i = 0; i < IMAGES.size(); i++) {
                Features alone = model.features(List.of(IMAGES.get(i))).get(0);
                assertThat(alone.patches()).isEqualTo(together.get(i).patches());
            }
        }
    }

    @Test
    void budgetSplitsABatchAndChangesNothing() {
        try (Model model = model(Precision.FLOAT32)) {
            List<Features> whole = model.features(IMAGES);

            Engine.memoryBudget(model.memory(2, 64, 64).bytes());
            List<Features> split = model.features(IMAGES);

            for (int i = 0; i < IMAGES.size(); i++) {
                assertThat(split.get(i).patches()).isEqualTo(whole.get(i).patches());
            }
        }
    }

    @Test
    void budgetThatOneImagePassesIsRefusedWithTheFigures() {
        try (Model model = model(Precision.FLOAT32)) {
            Engine.memoryBudget(1_000_000);

            assertThatThrownBy(() -> model.features(IMAGES))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("64 x 64")
                    .hasMessageContaining("budget is 1 MB");
        }
    }

    @Test
    void memoryGrowsWithTokensAndNotWithTheirSquare() {
        var config = BackboneCatalog.get("dinov3_vits16").config();
        Optional<io.github.dino4j.tensor.Precision> packed = Optional.of(io.github.dino4j.tensor.Precision.FLOAT32);

        long small = PassMemory.of(config, packed, 1, 1024, 1024).batch();
        long large = PassMemory.of(config, packed, 1, 2048, 2048).batch();

        assertThat((double) large / small).isBetween(3.9, 4.1);
        assertThat(PassMemory.of(config, packed, 1, 2048, 2048).bytes()).isLessThan(3_000_000_000L);
    }

    /** Medians measured (PassMemoryCheck), in MB: 101, 127 and 123 in packed precisions, 461 plain. */
    @Test
    void theEstimateOfAConvNextIsThatOfItsFirstStage() {
        BackboneConfig config = BackboneCatalog.get("dinov3_convnext_base").config();

        double packed = PassMemory.of(config, Optional.of(io.github.dino4j.tensor.Precision.FLOAT32), 1, 1024, 1024)
                        .bytes()
                / (1024.0 * 1024);
        double plain = PassMemory.of(config, Optional.empty(), 1, 1024, 1024).bytes() / (1024.0 * 1024);

        assertThat(packed).isBetween(0.85 * 119, 1.15 * 119);
        assertThat(plain).isBetween(0.85 * 461, 1.15 * 461);
    }

    @Test
    void convolutionalNetworksSayThatTheyHaveNoSuchArithmetic() {
        assertThatThrownBy(
                        () -> Model.random(BackboneCatalog.get("dino_resnet50").config(), 1, Precision.INT8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INT8")
                .hasMessageContaining("FLOAT32 or AUTO");
    }
}
