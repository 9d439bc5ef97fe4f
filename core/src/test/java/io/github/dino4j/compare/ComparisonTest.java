package io.github.dino4j.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.Sample;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ComparisonTest {
    @TempDir
    Path folder;

    private static RgbImage photo(int colour, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] rgb = new byte[3 * 48 * 48];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) ((i % 3 == colour ? 180 : 60) + random.nextInt(40));
        }
        return RgbImage.of(48, 48, rgb);
    }

    private static Contender contender(String name) {
        return new Contender(name, Model.random(BackboneCatalog.get(name).config(), 1), Transform.dinoV3(64), false);
    }

    @Test
    void twoMakesOnOnePageAndInJson() {
        Contender first = contender("dino_vits16");
        Contender third = contender("dinov3_vits16");
        try (Model a = first.model();
                Model b = third.model()) {
            Comparison comparison =
                    Comparison.of(List.of(first, third), List.of("red.png"), List.of(photo(0, 1)), what -> {});
            for (String language : Words.LANGUAGES) {
                String page = new ComparisonPage(comparison, Words.in(language))
                        .report()
                        .html();
                assertThat(page)
                        .contains("dino_vits16", "dinov3_vits16", "lang=\"" + language + "\"", "6,716 M")
                        .doesNotContain("http://", "src=\"https://");
            }
            var json = comparison.toJson();
            assertThat(json.path("models")).hasSize(2);
            assertThat(json.at("/models/0/family").asText()).isEqualTo("v1");
            assertThat(json.at("/models/1/family").asText()).isEqualTo("v3");
            assertThat(json.at("/models/1/cost/parameters").asLong()).isEqualTo(21_601_152);
            assertThat(json.at("/models/0/cosine_when_corrupted/fog")).hasSize(5);
            assertThat(json.at("/models/0/structure/Positional encoding").asText())
                    .contains("14 x 14");
        }
    }

    @Test
    void bothLanguagesHaveTheSameTexts() {
        assertThat(Words.in("zh").keys()).isEqualTo(Words.in("en").keys());
        assertThatIllegalArgumentException().isThrownBy(() -> Words.in("de")).withMessageContaining("there are en, zh");
    }

    @Test
    void twoModelsOfOneNameAreRefused() {
        Contender one = contender("dino_vits16");
        try (Model model = one.model()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Comparison.of(List.of(one, one), List.of("a"), List.of(photo(0, 1)), what -> {}))
                    .withMessageContaining("same name");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theWorstIsFurthestFromThePhotoAndADrawIsRepeatable(Corruption corruption) {
        // stripes: what noise, blur, blocks and fog all change
        byte[] rgb = new byte[3 * 64 * 64];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) ((i / 3 % 64 + i / 192) / 5 % 2 == 0 ? 40 : 200);
        }
        RgbImage photo = RgbImage.of(64, 64, rgb);
        double first = 0;
        double last = 0;
        for (int severity = 1; severity <= Corruption.SEVERITIES; severity++) {
            RgbImage worse = corruption.apply(photo, severity, 4);
            double error = 0;
            for (int i = 0; i < rgb.length; i++) {
                error += Math.abs((worse.rgb()[i] & 0xff) - (rgb[i] & 0xff)) / (double) rgb.length;
            }
            first = severity == 1 ? error : first;
            assertThat(corruption.apply(photo, severity, 4).rgb()).isEqualTo(worse.rgb());
            last = error;
        }
        assertThat(last).isGreaterThan(1.2 * first).isGreaterThan(5);
        assertThatIllegalArgumentException().isThrownBy(() -> corruption.apply(photo, 6, 1));
    }

    @Test
    void ridgeFindsALineAndTheStrengthHoldsItBack() {
        try (Ridge ridge = new Ridge(2, 2)) {
            ridge.add(new float[] {0, 1, 0, 3, 2, 1, 2, 3}, new long[] {0, 0, 1, 1});
            Ridge.Classifier classifier = ridge.solve(1e-9);
            assertThat(classifier.predict(new float[] {0.5f, 9, 1.5f, -7})).containsExactly(0, 1);
            // scores 1 - x / 2 and x / 2 pass through all four points
            assertThat((double) classifier.weights()[1]).isCloseTo(0.5, within(1e-4));
            assertThat(Math.abs((double) ridge.solve(10).weights()[1])).isLessThan(0.2);
        }
    }

    @Test
    void scoresBeatChanceOnColoursAndBaselinesStandBeside() throws IOException {
        ClassList classes = ClassList.of("two", List.of("red", "green"));
        Contender one = contender("dino_vits16");
        Contender knows = new Contender("dino_vits16", one.model(), one.transform(), true);
        try (Model model = knows.model()) {
            Scoring scoring = new Scoring(List.of(knows), true, what -> {});
            List<Scoreboard> boards = scoring.classification(set("train", classes, 30), set("test", classes, 8), 32);
            assertThat(boards).hasSize(2);
            assertThat(boards.get(0).scores())
                    .containsOnlyKeys(
                            "dino_vits16", "pixels", "colour histogram", "random weights, shape of dino_vits16");
            assertThat(boards.get(0).scores().get("random weights, shape of dino_vits16"))
                    .hasSize(3);
            assertThat(boards.get(1).shown("colour histogram")).isEqualTo("100.0 %");
            assertThat(boards.get(1).shown("random weights, shape of dino_vits16"))
                    .contains("±");
            Scoreboard masks = scoring.segmentation(masks("a", classes, 3), masks("b", classes, 2), 64);
            assertThat(masks.scores().getOrDefault("pixels", List.of(0.0)).get(0))
                    .isGreaterThan(0.9);
        }
    }

    private TruthSet set(String name, ClassList classes, int count) throws IOException {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path file = folder.resolve(name + i + ".png");
            photo(i % 2, name.hashCode() + i).writePng(file);
            examples.add(Example.ofCategory(name + i, file, i % 2));
        }
        return TruthSet.of(name, classes, examples);
    }

    /** Left half red, right half green. */
    private TruthSet masks(String name, ClassList classes, int count) throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RgbImage left = photo(0, i);
            RgbImage right = photo(1, i);
            byte[] rgb = new byte[3 * 48 * 48];
            BufferedImage mask = new BufferedImage(48, 48, BufferedImage.TYPE_BYTE_GRAY);
            for (int p = 0; p < 48 * 48; p++) {
                boolean red = p % 48 < 24;
                System.arraycopy((red ? left : right).rgb(), 3 * p, rgb, 3 * p, 3);
                mask.getRaster().setSample(p % 48, p / 48, 0, red ? 0 : 1);
            }
            Path file = folder.resolve(name + "-photo" + i + ".png");
            Path truth = folder.resolve(name + "-mask" + i + ".png");
            RgbImage.of(48, 48, rgb).writePng(file);
            ImageIO.write(mask, "png", truth.toFile());
            samples.add(new Sample(name + i, file, truth));
        }
        return TruthSet.masks(DataSet.of(name, samples), classes);
    }
}
