package io.github.dino4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.classify.Classification;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextEncoderTest {
    private static final RgbImage PHOTO = TinyModel.picture(90, 70, 1);
    private static Model model;
    private static TextEncoder encoder;

    @BeforeAll
    static void load() {
        model = TinyModel.random();
        encoder = TextEncoder.random(model, Tokenizer.ofBytes(), 5).withSide(64);
    }

    @AfterAll
    static void close() {
        encoder.close();
        model.close();
    }

    @Test
    void textsAndPhotosAreVectorsOfOneSpace() {
        float[][] texts = encoder.encode("a cat", "two dogs");
        float[] photo = encoder.encode(PHOTO);

        assertThat(encoder.dim()).isEqualTo(96);
        assertThat(texts).hasDimensions(2, 96);
        assertThat(dot(texts[0], texts[0])).isCloseTo(1, within(1e-5));
        assertThat(dot(photo, photo)).isCloseTo(1, within(1e-5));
        assertThat(dot(texts[0], texts[1])).isLessThan(0.9999);
    }

    @Test
    void aTextDoesNotDependOnItsNeighboursOrTheBatch() {
        String[] many = new String[40];
        java.util.Arrays.setAll(many, i -> "text " + i);

        float[][] together = encoder.encode(many);

        assertThat(together[39]).containsExactly(encoder.encode("text 39")[0], within(1e-5f));
    }

    @Test
    void textBeyondTheContextDoesNotCount() {
        String context = "x ".repeat(75);

        assertThat(encoder.fits(context)).isTrue();
        assertThat(encoder.fits(context + "y")).isFalse();
        assertThat(encoder.encode(context + "y")[0]).containsExactly(encoder.encode(context)[0], within(1e-6f));
    }

    @Test
    void theSpaceIsNamedByItsWeights() {
        try (TextEncoder same = TextEncoder.random(model, Tokenizer.ofBytes(), 5);
                TextEncoder other = TextEncoder.random(model, Tokenizer.ofBytes(), 6);
                Model backbone = Model.random(TinyModel.CONFIG, 2);
                TextEncoder elsewhere = TextEncoder.random(backbone, Tokenizer.ofBytes(), 5)) {
            assertThat(same.space()).isEqualTo(encoder.space()).startsWith("dino.txt random ");
            assertThat(other.space()).isNotEqualTo(encoder.space());
            assertThat(elsewhere.space()).isNotEqualTo(encoder.space());
        }
    }

    @Test
    void classesAreTheMeanOverUnitSentences() {
        PromptTemplates two = new PromptTemplates(List.of("a {}", "the big {}"));

        float[] cat = encoder.classes(List.of("cat"), two, false)[0];
        float[] part = encoder.classes(List.of("cat"), two, true)[0];

        float[][] sentences = encoder.encode("a cat", "the big cat");
        double[] mean = new double[96];
        double[] half = new double[48];
        double first = Math.sqrt(tail(sentences[0]));
        double second = Math.sqrt(tail(sentences[1]));
        for (int i = 0; i < 96; i++) {
            mean[i] = sentences[0][i] + sentences[1][i];
            if (i >= 48) {
                half[i - 48] = sentences[0][i] / first + sentences[1][i] / second;
            }
        }
        assertThat(cat).containsExactly(unit(mean), within(1e-5f));
        assertThat(part).containsExactly(unit(half), within(1e-5f));
    }

    @Test
    void aPhotosClassIsTheSoftmaxOfAHundredCosines() {
        ClassList classes = ClassList.of("animals", List.of("cat", "dog", "horse"));
        ZeroShotPredictor predictor = new ZeroShotPredictor(encoder, classes, PromptTemplates.NAME);

        Classification found = predictor.predict(PHOTO);

        float[] photo = encoder.encode(PHOTO);
        float[][] texts = encoder.encode("cat", "dog", "horse");
        double sum = 0;
        double[] expected = new double[3];
        for (int k = 0; k < 3; k++) {
            expected[k] = Math.exp(100 * dot(photo, texts[k]));
            sum += expected[k];
        }
        for (int k = 0; k < 3; k++) {
            assertThat(found.probabilities()[k]).isCloseTo(expected[k] / sum, within(1e-3));
        }
        assertThat(found.probabilities())
                .satisfies(p -> assertThat(p[0] + p[1] + p[2]).isCloseTo(1, within(1e-9)));
    }

    @Test
    void templatesAreLinesWithAPlaceForTheName(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("templates.txt"), "# ours\na {}.\n\nno {} here\n");
        Path without = Files.writeString(folder.resolve("without.txt"), "a cat\n");
        Path empty = Files.writeString(folder.resolve("empty.txt"), "# nothing\n");

        assertThat(PromptTemplates.read(file).of("cat")).containsExactly("a cat.", "no cat here");
        assertThat(PromptTemplates.ensemble().texts()).hasSizeGreaterThan(10).allMatch(text -> text.contains("{}"));
        assertThatThrownBy(() -> PromptTemplates.read(without)).hasMessageContaining("'a cat' has no {}");
        assertThatThrownBy(() -> PromptTemplates.read(empty)).hasMessageContaining("at least one template");
        assertThatThrownBy(() -> PromptTemplates.read(folder.resolve("none.txt")))
                .hasMessageContaining("no such file");
    }

    private static double tail(float[] values) {
        double sum = 0;
        for (int i = 48; i < 96; i++) {
            sum += (double) values[i] * values[i];
        }
        return sum;
    }

    private static float[] unit(double[] values) {
        double length = 0;
        for (double value : values) {
            length += value * value;
        }
        float[] unit = new float[values.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (values[i] / Math.sqrt(length));
        }
        return unit;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
