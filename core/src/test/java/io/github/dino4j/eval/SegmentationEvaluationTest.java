package io.github.dino4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.data.BadFile;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.Augmentation;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.LinearSegmenter;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentPredictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentationEvaluationTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 24);

    @TempDir
    private Path folder;

    private Path images() {
        return folder.resolve("images");
    }

    private Path masks() {
        return folder.resolve("masks");
    }

    private DataSet set() {
        return DataSet.ofFolders("made", images(), masks());
    }

    private static SegmentationEvaluation fake() {
        return SegmentationEvaluation.of(Made.redIsClass(), Made.THREE, Setup.described("red is the class"));
    }

    /**
     * Predicted 0 0 1 1 | 2 1, true 0 1 1 1 | 2 ignored. Class 0: 1 of a union of 2; class 1: 2 of 3 (the ignored pixel
     * does not count); class 2: 1 of 1.
     */
    private void twoImages() throws IOException {
        Made.photo(images(), "a", Made.photo(2, 0, 0, 1, 1));
        Made.mask(masks(), "a", 2, 0, 1, 1, 1);
        Made.photo(images(), "b", Made.photo(2, 2, 1));
        Made.mask(masks(), "b", 2, 2, -1);
    }

    @Test
    void sumsAreasOverImagesBeforeDividing() throws IOException {
        twoImages();

        SegmentationResult result = fake().run(set(), DAY, EvaluationListener.NONE);

        assertThat(result.metrics().meanIou()).isEqualTo((1 / 2.0 + 2 / 3.0 + 1) / 3, Offset.offset(1e-12));
        assertThat(result.metrics().pixelAccuracy()).isEqualTo(4 / 5.0, Offset.offset(1e-12));
        assertThat(result.data()).isEqualTo(new Evaluated("made", 2, List.of()));
        assertThat(result.table()).startsWith("made: 2 images\n").contains("72.22");
    }

    @Test
    void tellsHowFarItIs() throws IOException {
        twoImages();
        List<String> told = new ArrayList<>();

        fake().run(set(), DAY, new EvaluationListener() {
            @Override
            public void checks(int pairs) {
                told.add("checks " + pairs);
            }

            @Override
            public void begins(int images) {
                told.add("begins " + images);
            }

            @Override
            public void evaluated(Step step) {
                told.add(String.format(
                        Locale.ROOT,
                        "%s %d/%d %.4f",
                        step.sample().name(),
                        step.done(),
                        step.images(),
                        step.running()));
                assertThat(step.imagesPerSecond()).isPositive();
            }
        });

        assertThat(told).containsExactly("checks 2", "begins 2", "a 1/2 0.5833", "b 2/2 0.7222");
    }

    @Test
    void endsWhenItIsCancelled() throws IOException {
        twoImages();
        List<String> done = new ArrayList<>();

        assertThatThrownBy(() -> fake().run(set(), DAY, new EvaluationListener() {
                    @Override
                    public void evaluated(Step step) {
                        done.add(step.sample().name());
                    }

                    @Override
                    public boolean cancelled() {
                        return !done.isEmpty();
                    }
                }))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("1 of 2 pairs were evaluated");
        assertThat(done).containsExactly("a");
    }

    @Test
    void endsWhenItsThreadIsInterrupted() throws IOException {
        twoImages();

        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> fake().run(set(), DAY, EvaluationListener.NONE))
                    .isInstanceOf(CancellationException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void namesEveryBadFileBeforeTheFirstPrediction() throws IOException {
        Made.photo(images(), "good", Made.photo(2, 0, 0));
        Made.mask(masks(), "good", 2, 0, 0);
        Made.photo(images(), "large", Made.photo(2, 0, 0));
        Made.mask(masks(), "large", 2, 0, 0, 0, 0);
        Made.photo(images(), "rgb", Made.photo(2, 0, 0));
        Made.photo(masks(), "rgb", Made.photo(2, 0, 0));
        Made.photo(images(), "range", Made.photo(2, 0, 0));
        SegmentMap.of(2, 1, new short[] {0, 7}, new float[2], ClassList.numbered(8))
                .writeIndexedPng(masks().resolve("range.png"));
        Files.writeString(Files.createDirectories(images()).resolve("broken.jpg"), "no photo");
        Made.mask(masks(), "broken", 2, 0, 0);
        SegmentationEvaluation never = SegmentationEvaluation.of(
                Made.predictor(photo -> {
                    throw new AssertionError("predicted before the data was checked");
                }),
                Made.THREE,
                Setup.described("none"));

        assertThatThrownBy(() -> never.run(set(), DAY, EvaluationListener.NONE))
                .isInstanceOf(DataSetException.class)
                .hasMessageContainingAll(
                        "made: 4 of its files cannot be used, nothing was evaluated",
                        "large.png: the mask is 2 x 2 pixels, its photo 2 x 1",
                        "rgb.png: is an RGB picture",
                        "range.png: label 7 at (1, 0) is no class",
                        "broken.jpg");
    }

    @Test
    void skipsUnreadablePhotosOnlyWhereAsked() throws IOException {
        twoImages();
        Files.writeString(images().resolve("c.jpg"), "no photo");
        Made.mask(masks(), "c", 2, 0, 0);

        SegmentationResult result = fake().with(Unreadable.SKIP).run(set(), DAY, EvaluationListener.NONE);

        assertThat(result.data().images()).isEqualTo(2);
        assertThat(result.data().skipped()).extracting(BadFile::file).containsExactly(images().resolve("c.jpg"));
        assertThat(result.toJson().at("/data/skipped").asInt()).isEqualTo(1);
        assertThat(result.table()).startsWith("made: 2 images, 1 unreadable skipped\n");
        assertThatThrownBy(() -> fake().run(set(), DAY, EvaluationListener.NONE))
                .hasMessageContaining("photos that cannot be read may also be skipped");
    }

    @Test
    void neverSkipsAWrongMask() throws IOException {
        twoImages();
        Made.mask(masks(), "a", 2, 0, 1);

        assertThatThrownBy(() -> fake().with(Unreadable.SKIP).run(set(), DAY, EvaluationListener.NONE))
                .isInstanceOf(DataSetException.class)
                .hasMessageContaining("a.png: the mask is 2 x 1 pixels, its photo 2 x 2");
    }

    @Test
    void saysWhichPhotoAPredictorFailedOn() throws IOException {
        twoImages();
        SegmentationEvaluation failing = SegmentationEvaluation.of(
                Made.predictor(photo -> {
                    throw new NotFiniteException("scores are NaN");
                }),
                Made.THREE,
                Setup.described("none"));

        assertThatThrownBy(() -> failing.run(set(), DAY, EvaluationListener.NONE))
                .isInstanceOf(NotFiniteException.class)
                .hasMessage(images().resolve("a.png") + ": scores are NaN");
    }

    @Test
    void givesEqualJsonForEqualRunsButForTheDate() throws IOException {
        for (int i = 0; i < 3; i++) {
            Made.photo(images(), "n" + i, TinyModel.picture(48, 32, i));
            Made.mask(masks(), "n" + i, 48, new int[48 * 32]);
        }

        ObjectNode first = tiny(1, DAY).toJson();
        ObjectNode second = tiny(1, DAY.plusDays(1)).toJson();
        ObjectNode otherSeed = tiny(2, DAY).toJson();

        assertThat(second.remove("date").asText()).isEqualTo("2026-11-25");
        assertThat(otherSeed.at("/setup/head")).isNotEqualTo(first.at("/setup/head"));
        first.remove("date");
        assertThat(second).isEqualTo(first);
    }

    private SegmentationResult tiny(long seed, LocalDate date) {
        try (Model model = TinyModel.random();
                SegmentPredictor predictor = SegmentPredictor.of(
                        model,
                        LoadedHead.random(
                                seed,
                                p -> new LinearSegmenter(
                                        p, LinearSegmenter.Config.of(model.config(), Layers.last(1), 3))),
                        Made.THREE,
                        SegmentOptions.of(32, Inference.Slide.dinoV3(32, 16))
                                .withAugmentation(new Augmentation(List.of(1.0, 1.5), true)))) {
            return SegmentationEvaluation.of(predictor).run(set(), date, EvaluationListener.NONE);
        }
    }

    @Test
    void writesTheProtocolBesideTheNumbers() throws IOException {
        Made.photo(images(), "n", TinyModel.picture(48, 32, 1));
        Made.mask(masks(), "n", 48, new int[48 * 32]);
        Path file = folder.resolve("result.json");

        tiny(7, DAY).writeJson(file);

        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertThat(json.path("task").asText()).isEqualTo("segmentation");
        assertThat(json.path("library").asText()).matches("Dino4J \\d+\\.\\d+\\.\\d+.*");
        assertThat(json.at("/data/images").asInt()).isEqualTo(1);
        assertThat(json.at("/protocol/ignored_label").asInt()).isEqualTo(255);
        assertThat(json.at("/setup/backbone/precision").asText()).isEqualTo("float32");
        assertThat(json.at("/setup/backbone/weights").asText()).startsWith("sha256");
        assertThat(json.at("/setup/head/note").asText()).contains("seed 7", "knows nothing");
        assertThat(json.at("/setup/input/crop").toString()).isEqualTo("[32,32]");
        assertThat(json.at("/setup/input/stride").toString()).isEqualTo("[16,16]");
        assertThat(json.at("/setup/input/scales").toString()).isEqualTo("[1.0,1.5]");
        assertThat(json.at("/setup/input/flip").asBoolean()).isTrue();
        assertThat(json.at("/setup/input/transform").asText()).contains("bilinear", "mean");
        assertThat(json.at("/metrics/per_class")).hasSize(3);
    }

    @Test
    void readsPhotosAsItIsTold() throws IOException {
        twoImages();
        ImageDecoder small = ImageDecoder.with(ImageDecoder.Options.standard().withMaxPixels(3));

        DataCheck check = fake().with(small).check(set());

        assertThat(check.passed()).isFalse();
        assertThat(check.photos()).extracting(BadFile::file).containsExactly(images().resolve("a.png"));
    }
}
