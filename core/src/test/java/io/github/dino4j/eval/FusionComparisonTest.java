package io.github.dino4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.bench.InputSize;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.PyramidSegmenter;
import io.github.dino4j.segment.PyramidSegmenter.Config.Fusion;
import io.github.dino4j.visual.BarChart;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FusionComparisonTest {
    private static final VitConfig BACKBONE = TinyModel.of(64, 4, 4);
    private static final int WIDTH = 32;
    private static final FusionPlan PLAN =
            FusionPlan.of(InputSize.square(64)).withBatch(2).withRounds(2).withMemory(false);

    @TempDir
    private Path folder;

    private static PyramidSegmenter.Config config(Fusion fusion) {
        return PyramidSegmenter.Config.of(BACKBONE.dim(), BACKBONE.depth(), WIDTH, 3, fusion);
    }

    private static FusionCounts counts(Fusion fusion) {
        return FusionCounts.of(BACKBONE, config(fusion), InputSize.square(64), 2);
    }

    private Path head(Fusion fusion) {
        Path file = folder.resolve(fusion.label() + ".safetensors");
        try (LoadedHead<PyramidSegmenter> head = LoadedHead.random(1, p -> new PyramidSegmenter(p, config(fusion)))) {
            head.save(file, Map.of());
        }
        return file;
    }

    @Test
    void countsThePyramidNetworkAsByHand() {
        int lateral = 64 * 32;
        int output = 9 * 32 * 32;
        int norm = 2 * 32;
        int pixels = 2 * (16 * 16 + 8 * 8 + 4 * 4 + 2 * 2); // two images at 1/4 to 1/32

        assertThat(counts(Fusion.FPN).fusionParameters()).isEqualTo(4L * (lateral + norm + output + norm));
        assertThat(counts(Fusion.FPN).fusionMacs()).isEqualTo((long) pixels * (lateral + output));
    }

    @Test
    void countsDeformableAttentionAsByHand() {
        int c = 32;
        int places = 16 * 3 * 4; // heads, levels, points
        int hidden = 4096;
        int linears = c * 2 * places + c * places + c * c + c * c + c * hidden + hidden * c;
        int biases = 2 * places + places + c + c + hidden + c;
        int layer = linears + biases + 2 * (2 * c);
        int sides = 3 * (64 * c + c + 2 * c) + 3 * c; // three projections with their norms, the level encoding
        int fine = 64 * c + 2 * c + 9 * c * c + 2 * c + c * c + c; // lateral, 3x3 convolution, mask features
        int sampled = places * 4 * (c / 16); // four neighbours a place, the values of one head
        int tokens = 8 * 8 + 4 * 4 + 2 * 2;
        long image = tokens * (64L * c + 6L * (linears + sampled)) + 16L * 16 * (64 * c + 9 * c * c + c * c);

        assertThat(counts(Fusion.MSDEFORM).fusionParameters()).isEqualTo(6L * layer + sides + fine);
        assertThat(counts(Fusion.MSDEFORM).fusionMacs()).isEqualTo(2 * image);
    }

    @Test
    void differsInNothingButTheFusion() {
        FusionCounts msdeform = counts(Fusion.MSDEFORM);
        FusionCounts fpn = counts(Fusion.FPN);

        assertThat(msdeform.segmenterParameters() - msdeform.fusionParameters())
                .isEqualTo(fpn.segmenterParameters() - fpn.fusionParameters())
                .isPositive();
        assertThat(msdeform.wholeMacs() - msdeform.fusionMacs())
                .isEqualTo(fpn.wholeMacs() - fpn.fusionMacs())
                .isPositive();
    }

    @Test
    void measuresBothAndSaysThatTheyKnowNothing() {
        try (Model backbone = Model.random(BACKBONE, 1);
                FusionComparison comparison = FusionComparison.random(backbone, WIDTH, Made.THREE, 5)) {
            FusionResult result = comparison.measure(PLAN, text -> {});

            assertThat(result.rows()).extracting(FusionResult.Row::fusion).containsExactly(Fusion.values());
            assertThat(result.rows()).allSatisfy(row -> {
                assertThat(row.fusionTimes().seconds()).hasSize(2).allMatch(seconds -> seconds > 0);
                assertThat(row.wholeTimes().min())
                        .isGreaterThan(row.fusionTimes().min());
                assertThat(row.memory()).isEmpty();
            });
            assertThat(result.origin())
                    .contains("backbone drawn at random from seed 1", "fpn drawn at random from seed 5");
        }
    }

    @Test
    void measuresTheMemoryOfAFusionInAProcessOfItsOwn() {
        InputSize size = InputSize.square(256);
        long fpn = FusionMemory.measure(config(Fusion.FPN).fusion(), size, 4, text -> {})
                .orElseThrow();
        long deformable = FusionMemory.measure(config(Fusion.MSDEFORM).fusion(), size, 4, text -> {})
                .orElseThrow();

        long fused = 4L * 4 * WIDTH * (64 * 64 + 32 * 32 + 16 * 16 + 8 * 8); // bytes of the result
        long hidden = 4L * 4 * 4096 * (32 * 32 + 16 * 16 + 8 * 8); // bytes of one feed-forward layer
        assertThat(fpn).isBetween(fused, hidden);
        assertThat(deformable).isGreaterThan(hidden);
    }

    @Test
    void showsABarForEachFusionInEachQuantity() throws Exception {
        Made.photo(folder.resolve("images"), "1", TinyModel.picture(64, 64, 1));
        Made.mask(folder.resolve("masks"), "1", 64, new int[64 * 64]);
        DataSet set = DataSet.ofFolders("one", folder.resolve("images"), folder.resolve("masks"));
        try (Model backbone = Model.random(BACKBONE, 1);
                FusionComparison comparison =
                        FusionComparison.load(backbone, head(Fusion.MSDEFORM), head(Fusion.FPN), Made.THREE)) {
            FusionResult result = comparison
                    .measure(PLAN, text -> {})
                    .withQuality(comparison.evaluate(set, 64, LocalDate.EPOCH, EvaluationListener.NONE));
            BarChart chart = result.chart();

            assertThat(chart.series()).containsExactly("msdeform, width 32", "fpn, width 32");
            assertThat(chart.panels())
                    .extracting(BarChart.Panel::title)
                    .containsExactly(
                            "Parameters", "Arithmetic", "Time of a pass", "Peak memory of the fusion", "Mean IoU");
            assertThat(chart.panels().get(0).bars())
                    .extracting(
                            BarChart.Bar::label,
                            BarChart.Bar::series,
                            bar -> bar.value().orElseThrow())
                    .containsExactly(
                            tuple("fusion", 0, (double) counts(Fusion.MSDEFORM).fusionParameters()),
                            tuple("fusion", 1, (double) counts(Fusion.FPN).fusionParameters()),
                            tuple("segmenter", 0, (double)
                                    counts(Fusion.MSDEFORM).segmenterParameters()),
                            tuple("segmenter", 1, (double) counts(Fusion.FPN).segmenterParameters()));
            assertThat(chart.panels().get(3).bars())
                    .extracting(BarChart.Bar::text)
                    .containsExactly("not measured", "not measured");
            assertThat(chart.panels().get(4).bars())
                    .extracting(bar -> bar.value().orElseThrow())
                    .containsExactly(meanIou(result, Fusion.MSDEFORM), meanIou(result, Fusion.FPN));
        }
    }

    private static double meanIou(FusionResult result, Fusion fusion) {
        return Objects.requireNonNull(result.quality().get(fusion)).metrics().meanIou();
    }

    @Test
    void drawsBothViewsOfAPhotoBelowTheChart() {
        RgbImage photo = TinyModel.picture(64, 96, 1);
        try (Model backbone = Model.random(BACKBONE, 1);
                FusionComparison comparison = FusionComparison.random(backbone, WIDTH, Made.THREE, 5)) {
            FusionResult result = comparison.measure(PLAN, text -> {});
            RgbImage chart = result.chart().render();
            RgbImage picture = result.picture(photo, comparison.predict(photo, 64));

            assertThat(picture.height()).isGreaterThan(chart.height() + 300);
            assertThat(picture.pixel(200, chart.height() + 200)).isNotEqualTo(0xfbfaf8);
            assertThat(picture.pixel(600, chart.height() + 200)).isNotEqualTo(0xfbfaf8);
        }
    }

    @Test
    void refusesSwappedFiles() {
        try (Model backbone = Model.random(BACKBONE, 1)) {
            assertThatThrownBy(
                            () -> FusionComparison.load(backbone, head(Fusion.FPN), head(Fusion.MSDEFORM), Made.THREE))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("fpn.safetensors: fuses by fpn, needed is a head that fuses by msdeform");
        }
    }

    @Test
    void namesASizeThatFits() {
        try (Model backbone = Model.random(BACKBONE, 1);
                FusionComparison comparison = FusionComparison.random(backbone, WIDTH, Made.THREE, 5)) {
            assertThatThrownBy(() -> comparison.measure(FusionPlan.of(InputSize.square(80)), text -> {}))
                    .hasMessageContaining("size 80")
                    .hasMessageContaining("take multiples of 32, such as 96");
        }
    }

    @Test
    void refusesABackboneWhoseLayersHaveSeveralWidths() {
        try (Model convNext =
                Model.random(BackboneCatalog.get("dinov3_convnext_tiny").config(), 1)) {
            assertThatThrownBy(() -> FusionComparison.random(convNext, WIDTH, ClassList.numbered(3), 1))
                    .hasMessageContaining("four layers of one width")
                    .hasMessageContaining("such as dinov3_vits16");
        }
    }
}
