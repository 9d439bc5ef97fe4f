package io.github.dino4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.predict.LoadOptions.Precision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
    private static final Report.Row PLAIN = new Report.Row(
            new Configuration(Precision.PLAIN, InputSize.square(224), 4, 2),
            new Times(List.of(0.5, 0.2, 0.4)),
            5_000_000_000L,
            OptionalDouble.of(400e9),
            OptionalLong.of(123_400_000),
            Optional.empty());
    private static final Report.Row INT8 = new Report.Row(
            new Configuration(Precision.INT8, new InputSize(224, 448), 1, 2),
            new Times(List.of(0.1)),
            10_000_000_000L,
            OptionalDouble.empty(),
            OptionalLong.empty(),
            Optional.of(new Drift(0.0123, 0.99991, 0.995, 0.9375, 16)));
    private static final Report REPORT = new Report(
            new Machine("a processor", 2, "Linux", "17"), "DINOv3 ViT-S/16", 3, List.of(PLAIN, INT8), List.of());

    @Test
    void dividesTheTimeOfABatchByItsImages() {
        assertThat(PLAIN.minMillis()).isCloseTo(50, within(1e-9));
        assertThat(PLAIN.medianMillis()).isCloseTo(100, within(1e-9));
        assertThat(PLAIN.imagesPerSecond()).isCloseTo(20, within(1e-9));
    }

    @Test
    void countsTwoOperationsForAMultiplyAdd() {
        assertThat(PLAIN.flops()).isCloseTo(2 * 5e9 * 4 / 0.2, within(1.0));
        assertThat(PLAIN.share().getAsDouble()).isCloseTo(0.5, within(1e-9));
        assertThat(INT8.share()).isEmpty();
    }

    /** Billions of multiply-adds as published with timm; a second of one image is then so many GFLOP/s. */
    @ParameterizedTest
    @CsvSource({"dinov3_vits16,256,6.26", "dinov3_vitb16,256,23.60", "dinov2_vitl14,518,507.15"})
    void agreesWithPublishedMultiplyAdds(String name, int side, double gmacs) {
        long macs =
                TensorFlow.of(BackboneCatalog.get(name).config(), 1, side, side).macs();
        Report.Row row = new Report.Row(
                new Configuration(Precision.PLAIN, InputSize.square(side), 1, 1),
                new Times(List.of(1.0)),
                macs,
                OptionalDouble.empty(),
                OptionalLong.empty(),
                Optional.empty());

        assertThat(row.flops() / (2e9 * gmacs)).isCloseTo(1, within(0.01));
    }

    @Test
    void writesATableWithDashesWhereThereIsNoValue() {
        List<List<String>> cells = REPORT.cells();

        assertThat(cells).hasSize(3).allSatisfy(row -> assertThat(row).hasSameSizeAs(cells.get(0)));
        assertThat(cells.get(1))
                .startsWith("plain", "224", "4", "2", "50.00", "100.00", "20.0", "200.0", "50", "123", "-");
        assertThat(cells.get(2)).startsWith("int8", "224x448").endsWith("1.2e-02", "0.999910", "0.995000", "0.938");
    }

    @Test
    void writesLinesOfAsManyValuesAsHeadings() {
        List<String> lines = REPORT.csv().lines().toList();

        int columns = lines.get(0).split(",", -1).length;
        assertThat(lines)
                .hasSize(3)
                .allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(columns));
        assertThat(lines.get(1)).startsWith("plain,224,224,4,2,50.0,").endsWith(",,,,,");
    }

    @Test
    void leavesOutOfJsonWhatThereIsNot() {
        String json = String.valueOf(REPORT.toMap().get("rows"));

        String first = json.substring(0, json.indexOf("int8"));
        String second = json.substring(json.indexOf("int8"));
        assertThat(first).contains("ceilingGflopsPerSecond").doesNotContain("maxAbs", "Optional");
        assertThat(second).contains("maxAbs").doesNotContain("ceilingGflopsPerSecond", "Optional");
    }
}
