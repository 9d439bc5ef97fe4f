package io.github.dino4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.depth.DepthProtocol;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DepthEvaluationTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 24);
    private static final DepthProtocol FULL =
            new DepthProtocol(0.001, 10, DepthProtocol.Crop.FULL, DepthProtocol.Alignment.NONE);

    @TempDir
    private Path folder;

    private Path images() {
        return folder.resolve("color");
    }

    private Path depths() {
        return folder.resolve("depth");
    }

    private DataSet set() {
        return DataSet.ofFolders("made", images(), depths());
    }

    private static DepthEvaluation fake(double metresPerUnit) {
        return DepthEvaluation.of(Made.redIsMetres(), FULL, metresPerUnit, Setup.described("red is metres"));
    }

    /** abs_rel of a: |2 - 1| / 2 and 0, mean 1 / 4; of b, whose second pixel has no measurement: |4 - 3| / 4. */
    private void twoImages() throws IOException {
        Made.photo(images(), "a", Made.photo(2, 1, 4));
        Made.depth(depths(), "a", 2, 2, 4);
        Made.photo(images(), "b", Made.photo(2, 3, 9));
        Made.depth(depths(), "b", 2, 4, 0);
    }

    @Test
    void averagesOverImagesWhateverTheirPixels() throws IOException {
        twoImages();

        DepthResult result = fake(0.001).run(set(), DAY, EvaluationListener.NONE);

        assertThat(result.mean().absRel()).isEqualTo((1 / 4.0 + 1 / 4.0) / 2, Offset.offset(1e-7));
        assertThat(result.mean().rmse()).isEqualTo((Math.sqrt(0.5) + 1) / 2, Offset.offset(1e-7));
        assertThat(result.mean().pixels()).isEqualTo(3);
        assertThat(result.images()).containsOnlyKeys("a", "b");
        assertThat(result.table()).startsWith("made: 2 images\ncompared from 0.001 to 10.0 m, crop full");
    }

    @Test
    void writesTheProtocolBesideTheNumbers() throws IOException {
        twoImages();
        Path file = folder.resolve("result.json");

        fake(0.001).run(set(), DAY, EvaluationListener.NONE).writeJson(file);

        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertThat(json.path("task").asText()).isEqualTo("depth");
        assertThat(json.at("/protocol/range").toString()).isEqualTo("[0.001,10.0]");
        assertThat(json.at("/protocol/crop").asText()).isEqualTo("full");
        assertThat(json.at("/protocol/metres_per_unit").asDouble()).isEqualTo(0.001);
        assertThat(json.at("/setup/predictor").asText()).isEqualTo("red is metres");
        assertThat(json.at("/metrics/mean/abs_rel").asDouble()).isEqualTo(0.25, Offset.offset(1e-7));
        assertThat(json.at("/metrics/images/b/pixels").asInt()).isEqualTo(1);
    }

    @Test
    void refusesDepthOfAnotherSize() throws IOException {
        twoImages();
        Made.depth(depths(), "b", 1, 4, 1);

        assertThatThrownBy(() -> fake(0.001).run(set(), DAY, EvaluationListener.NONE))
                .isInstanceOf(DataSetException.class)
                .hasMessageContaining("b.png: the depth image is 1 x 2 pixels, its photo 2 x 1");
    }

    @Test
    void asksForTheUnitWhereNothingLiesInTheRange() throws IOException {
        twoImages();

        assertThatThrownBy(() -> fake(1).run(set(), DAY, EvaluationListener.NONE))
                .isInstanceOf(DataSetException.class)
                .hasMessageContainingAll(
                        "2 of its files",
                        "a.png: 2 pixels are measured, and none lies between 0.001 and 10.0 m",
                        "Is the unit right");
    }

    @Test
    void leavesAFrameWithoutMeasurementsOutOfTheMeans() throws IOException {
        twoImages();
        Made.photo(images(), "empty", Made.photo(2, 1, 1));
        Made.depth(depths(), "empty", 2, 0, 0);

        DepthResult result = fake(0.001).run(set(), DAY, EvaluationListener.NONE);

        assertThat(result.images()).containsKey("empty");
        assertThat(result.mean().absRel()).isEqualTo(0.25, Offset.offset(1e-7));
    }

    @Test
    void refusesAUnitThatIsNone() {
        assertThatThrownBy(() -> fake(0)).hasMessageContaining("metres of one unit are above 0, found 0.0");
    }
}
