package io.github.dino4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.data.ClassFolders;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.retrieve.RankedTruth;
import io.github.dino4j.retrieve.RetrievalMetrics;
import io.github.dino4j.retrieve.Whitening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photos of one colour, whose mean colours are the features: every ranking can be told by hand. */
class RetrievalEvaluationTest {
    private static final LocalDate DATE = LocalDate.of(2026, 1, 2);

    @TempDir
    private Path folder;

    /** A photo of one hue, an angle in degrees between red (0) and green (90). */
    private void photo(String name, double hue) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        byte[] rgb = new byte[3 * 16];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) Math.round(127.5 + 120 * Math.cos(Math.toRadians(hue)));
            rgb[i + 1] = (byte) Math.round(127.5 + 120 * Math.sin(Math.toRadians(hue)));
            rgb[i + 2] = (byte) 127;
        }
        RgbImage.of(4, 4, rgb).writePng(file);
    }

    private static RetrievalResult run(RetrievalTask task) {
        return RetrievalEvaluation.of(task, PhotoFeatures.pixels(1)).run(DATE, EvaluationListener.NONE);
    }

    private static double map(RetrievalResult result, String level) {
        RetrievalMetrics metrics = result.levels().get(level);
        assertThat(metrics).isNotNull();
        return metrics == null ? Double.NaN : metrics.map();
    }

    @Test
    void classesRankEachPhotoAmongTheOthers() throws IOException {
        photo("set/a/1.png", 0);
        photo("set/a/2.png", 10);
        photo("set/b/3.png", 25);
        photo("set/b/4.png", 90);
        RetrievalResult result = run(RetrievalTask.classes(ClassFolders.read(folder.resolve("set"))));
        // 1 finds 2 first: 1. 2 finds 1 first (10 degrees, 3 is at 15): 1. 3 finds 2, 1, 4: (0/2 + 1/3)/2.
        // 4 finds 3 first: 1.
        assertThat(map(result, "same class")).isCloseTo((1 + 1 + (0.0 / 2 + 1.0 / 3) / 2 + 1) / 4, within(1e-9));
        JsonNode json = result.toJson();
        assertThat(json.at("/metrics/levels/same class/queries").asInt()).isEqualTo(4);
        assertThat(json.at("/metrics/levels/same class/precision_at/1").asDouble())
                .isEqualTo(0.75);
        assertThat(json.at("/protocol/ranking_depth").asInt()).isEqualTo(4);
        assertThat(json.at("/setup/features").asText()).startsWith("pixels");
    }

    @Test
    void holidaysTakesHundredsForGroups() throws IOException {
        photo("100000.png", 0);
        photo("100001.png", 30);
        photo("100002.png", 5);
        photo("100100.png", 20);
        photo("100101.png", 80);
        RetrievalResult result = run(RetrievalTask.holidays(folder));
        // 100000 ranks 100002, 100100, 100001: 1 and (1/2 + 2/3)/2, each a half.
        double first = (1 + (1.0 / 2 + 2.0 / 3) / 2) / 2;
        // 100100 (20) ranks 100001 (10 away), 100002 (15), 100000 (20), 100101 (60): (0/3 + 1/4)/2.
        double second = (0.0 / 3 + 1.0 / 4) / 2;
        assertThat(map(result, "holidays")).isCloseTo((first + second) / 2, within(1e-9));
        photo("holiday.png", 1);
        assertThatThrownBy(() -> RetrievalTask.holidays(folder))
                .isInstanceOf(DataSetException.class)
                .hasMessageContaining("holiday.png");
    }

    @Test
    void copiesLookForTheirOriginalBlockByBlock() throws IOException {
        photo("original/200000.png", 0);
        photo("original/200100.png", 45);
        photo("copies/jpeg/200000.png", 2); // nearest: its original
        photo("copies/jpeg/200100.png", 44);
        photo("copies/strong/200003.png", 41); // a copy of 200000, nearer to 200100 and to the distractor
        photo("distractors/x.png", 30);
        RetrievalTask task = RetrievalTask.copies(
                folder.resolve("original"), folder.resolve("copies"), ImageFolder.of(folder.resolve("distractors")));
        RetrievalResult result = run(task);
        assertThat(map(result, "jpeg")).isEqualTo(1);
        assertThat(map(result, "strong")).isCloseTo((0.0 / 2 + 1.0 / 3) / 2, within(1e-9));
        assertThat(result.map()).isCloseTo((1 + 1.0 / 6) / 2, within(1e-9));
        assertThat(result.table()).contains("jpeg", "strong", "mean");
        assertThat(result.protocol()).containsEntry("ranking_depth", 20).containsEntry("distractors", 1);

        photo("copies/strong/300000.png", 41);
        assertThatThrownBy(() -> RetrievalTask.copies(folder.resolve("original"), folder.resolve("copies"), List.of()))
                .hasMessageContaining("300000.png");
    }

    @Test
    void revisitedLevelsDifferInWhatCountsAndWhatIsJunk() throws IOException {
        double[] hues = {10, 20, 30, 40, 50};
        for (int i = 0; i < hues.length; i++) {
            photo("i" + i + ".png", hues[i]);
        }
        photo("q.png", 0);
        Path truth = folder.resolve("gnd.json");
        Files.writeString(truth, """
                {"imlist": ["i0.png", "i1.png", "i2.png", "i3.png", "i4.png"], "qimlist": ["q.png"],
                 "gnd": [{"easy": [1], "hard": [3], "junk": [0], "bbx": [0, 0, 3, 3]}]}
                """);
        RetrievalResult result = run(RetrievalTask.revisited(truth, folder));
        // Ranking 0 1 2 3 4. Easy: 0 and 3 are junk, 1 is first. Medium: 0 is junk; 1 at 0, 3 at 2. Hard: 0, 1 are
        // junk; 3 at 1.
        assertThat(map(result, "easy")).isEqualTo(1);
        assertThat(map(result, "medium")).isCloseTo((1 + (1.0 / 2 + 2.0 / 3) / 2) / 2, within(1e-9));
        assertThat(map(result, "hard")).isCloseTo((0.0 / 1 + 1.0 / 2) / 2, within(1e-9));

        Files.writeString(truth, "{\"imlist\": [\"i0.png\"], \"qimlist\": [\"q.png\"], \"gnd\": [{\"easy\": [1]}]}");
        assertThatThrownBy(() -> RetrievalTask.revisited(truth, folder)).hasMessageContaining("no number of the 1");
        Files.writeString(truth, "{\"imlist\": [\"gone\"], \"qimlist\": [\"q.png\"], \"gnd\": [{}]}");
        assertThatThrownBy(() -> RetrievalTask.revisited(truth, folder)).hasMessageContaining("gone.jpg");
        Files.writeString(truth, "{}");
        assertThatThrownBy(() -> RetrievalTask.revisited(truth, folder)).hasMessageContaining("imlist");
    }

    @Test
    void aWhiteningIsToldInTheResult() throws IOException {
        photo("100000.png", 0);
        photo("100001.png", 10);
        photo("100100.png", 50);
        photo("other/1.png", 90);
        photo("other/2.png", 60);
        photo("other/3.png", 20);
        PhotoFeatures features = PhotoFeatures.pixels(1);
        Whitening whitening = Whitening.fit(RetrievalEvaluation.read(
                "other", ImageFolder.of(folder.resolve("other")), features, EvaluationListener.NONE));
        RetrievalTask task = new RetrievalTask(
                "two",
                List.of(folder.resolve("100001.png"), folder.resolve("100100.png")),
                List.of(new RetrievalTask.Level(
                        "all", List.of(folder.resolve("100000.png")), List.of(new RankedTruth(Set.of(0), Set.of())))),
                2,
                Map.of());
        RetrievalResult result =
                RetrievalEvaluation.of(task, features).with(whitening).run(DATE, EvaluationListener.NONE);
        assertThat(String.valueOf(result.protocol().get("whitening"))).contains("second moments");
        assertThat(result.map()).isEqualTo(1);
    }

    @Test
    void equalCosinesAreRankedInTheTasksOrderAndNegativeOnesLast() {
        float[] cosines = {-0.5f, 0.5f, -0f, 0f, 1, 0.5f, -1};
        assertThat(RetrievalEvaluation.ranking(cosines, 0, 7, 9)).containsExactly(4, 1, 5, 2, 3, 0, 6);
        assertThat(RetrievalEvaluation.ranking(cosines, 1, 3, 2)).containsExactly(0, 1);
    }
}
