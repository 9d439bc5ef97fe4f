package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifyCommandTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");
    private static final int WIDTH = 48;

    @TempDir
    private Path folder;

    private Path head;

    @BeforeEach
    void train() {
        head = Trained.classifier(folder.resolve("head.safetensors"), WIDTH, List.of("cat", "dog", "fish"));
    }

    /** Three pictures of one colour each for red and blue. */
    private Path classes(String name) throws IOException {
        for (String colour : List.of("blue", "red")) {
            Path in = Files.createDirectories(folder.resolve(name).resolve(colour));
            for (int i = 0; i < 3; i++) {
                byte[] rgb = new byte[3 * 32 * 32];
                for (int at = colour.equals("red") ? 0 : 2; at < rgb.length; at += 3) {
                    rgb[at] = (byte) (200 + 10 * i);
                }
                RgbImage.of(32, 32, rgb).writePng(in.resolve(i + ".png"));
            }
        }
        return folder.resolve(name);
    }

    private static Cli run(List<Object> given, Object... more) {
        List<Object> all = new ArrayList<>(given);
        all.addAll(Arrays.asList(more));
        return Cli.run(all.toArray());
    }

    private static Cli classify(Object... more) {
        return run(List.of("classify", "-m", Cli.MODEL, "--size", 64), more);
    }

    private Cli knn(Object... more) throws IOException {
        return run(
                List.of("knn", "-m", Cli.MODEL, "--size", 64, "--train", classes("train"), "--test", classes("test")),
                more);
    }

    private Cli eval(Object... more) throws IOException {
        return run(List.of("eval", "classification", "-m", Cli.MODEL, "--size", 64, "--test", classes("test")), more);
    }

    @Test
    void aHeadTellsTheClassesByTheNamesInItsFile() {
        Cli run = classify("--head", head, "--top", 2, CAT).exits(0);
        assertThat(run.out()).startsWith("image").contains("probability %");
        assertThat(run.out().lines().filter(line -> line.contains("cat.jpg"))).hasSize(2);
        assertThat(run.out()).containsAnyOf("dog", "fish");
    }

    @Test
    void aPictureIsWrittenOnlyWhereOneIsAskedFor() throws IOException {
        classify("--head", head, CAT).exits(0);
        assertThat(Cli.files(folder)).containsExactly("head.safetensors");
        Path picture = folder.resolve("out.png");
        classify("--head", head, "-o", picture, CAT).exits(0);
        RgbImage drawn = ImageDecoder.standard().read(picture);
        assertThat((double) drawn.height() / drawn.width()).isGreaterThan(426.0 / 640); // photo and caption
    }

    @Test
    void probabilitiesOfOneLabelSumToOneAndOfSeveralDoNot() {
        JsonNode one = classify("--head", head, "--json", CAT).exits(0).json();
        JsonNode several =
                classify("--head", head, "--several", "--json", CAT).exits(0).json();
        assertThat(sum(one)).isBetween(0.9999, 1.0001);
        assertThat(Math.abs(sum(several) - 1)).isGreaterThan(1e-3);
        assertThat(one.at("/input/transform").asText()).contains("64");
    }

    private static double sum(JsonNode json) {
        double sum = 0;
        for (JsonNode row : json.at("/images/0/top")) {
            sum += row.path("probability").asDouble();
        }
        return sum;
    }

    @Test
    void aFewExamplesTellColoursApartByCentroid() throws IOException {
        JsonNode json = classify("--examples", classes("train"), "--json", classes("photos") + "/red/1.png")
                .exits(0)
                .json();
        assertThat(json.at("/images/0/top/0/name").asText()).isEqualTo("red");
        assertThat(json.at("/example_images").asInt()).isEqualTo(6);
        assertThat(json.at("/by").asText()).startsWith("centroid");
    }

    @Test
    void aFewExamplesTellColoursApartByLogisticRegression() throws IOException {
        JsonNode json = classify(
                        "--examples",
                        classes("train"),
                        "--by",
                        "logistic",
                        "--c",
                        10,
                        "--json",
                        classes("photos") + "/blue/1.png")
                .exits(0)
                .json();
        assertThat(json.at("/images/0/top/0/name").asText()).isEqualTo("blue");
    }

    @Test
    void aRandomHeadSaysThatItKnowsNothing() {
        assertThat(classify("--random-head", 7, CAT).exits(0).out()).contains("knows nothing");
    }

    @Test
    void whatDoesNotFitIsToldBeforeTheModelIsLoaded() throws IOException {
        classify(CAT).fails(2, "a head is missing");
        classify("--head", head, "--examples", folder, CAT).fails(2, "--examples and --head exclude each other");
        classify("--head", head, "--by", "logistic", CAT).fails(2, "--by is for --examples");
        classify("--head", head, "--features", "class", CAT).fails(2, "--features is for photos compared");
        classify("--head", head, "--top", 0, CAT).fails(2, "--top 0");
    }

    @Test
    void aSizeThatIsNoMultipleOfThePatchNamesOneThatIs() {
        Cli.run("classify", "-q", "-m", Cli.MODEL, "--size", 70, "--head", head, CAT)
                .fails(2, "--size 70", "such as 64");
    }

    @Test
    void aPhotoThatCannotBeReadIsListedAndTheOthersAreClassified() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "no picture");
        Cli run = classify("--head", head, CAT, bad).exits(3);
        assertThat(run.err()).contains("unreadable: ").contains("bad.jpg");
        assertThat(run.out()).contains("cat.jpg");
    }

    @Test
    void neighboursAreMeasuredBesideThePixels() throws IOException {
        Path result = folder.resolve("knn.json");
        Cli run = knn("--k", "1,3", "-o", result).exits(0);
        JsonNode json = new ObjectMapper().readTree(result.toFile());
        assertThat(json.at("/results")).hasSize(2);
        assertThat(json.at("/results/1/protocol/k").asInt()).isEqualTo(3);
        assertThat(json.at("/baseline/0/metrics/top1").asDouble()).isEqualTo(1);
        assertThat(run.out()).contains("of the model", "pixels", "k-NN, k 3");
    }

    @Test
    void withoutKThoseOfThePapersAreTakenThatFit() throws IOException {
        JsonNode json = knn("--json").exits(0).json();
        assertThat(json.at("/results")).hasSize(1);
        assertThat(json.at("/results/0/protocol/k").asInt()).isEqualTo(6);
    }

    @Test
    void theFirstPhotosOfEachClassMakeASmallerSetThatSaysSo() throws IOException {
        JsonNode json = knn("--k", 1, "--train-per-class", 2, "--test-per-class", 1, "--json")
                .exits(0)
                .json();
        assertThat(json.at("/results/0/data/images").asInt()).isEqualTo(2);
        assertThat(json.at("/results/0/data/name").asText()).endsWith("first 1 of each class");
        assertThat(json.at("/results/0/protocol/training_images").asInt()).isEqualTo(4);
    }

    @Test
    void logisticRegressionIsMeasuredWithItsC() throws IOException {
        Path picture = folder.resolve("confusion.png");
        JsonNode json = eval(
                        "--method",
                        "logistic",
                        "--train",
                        classes("train"),
                        "--baseline",
                        "pixels",
                        "--confusion",
                        picture,
                        "--json")
                .exits(0)
                .json();
        assertThat(json.at("/results/0/protocol/c").asDouble()).isPositive();
        assertThat(json.at("/baseline/0/setup/features").asText()).startsWith("pixels");
        assertThat(ImageDecoder.standard().read(picture).width()).isGreaterThan(100);
    }

    @Test
    void aHeadIsMeasuredOverFoldersOfItsClasses() throws IOException {
        Path two = Trained.classifier(folder.resolve("two.safetensors"), WIDTH, List.of("red", "blue"));
        JsonNode json =
                eval("--method", "linear", "--head", two, "--json").exits(0).json();
        assertThat(json.at("/results/0/protocol/method").asText()).isEqualTo("linear classifier");
        assertThat(json.at("/results/0/metrics/per_class/0/name").asText()).isEqualTo("red");
        assertThat(json.at("/results/0/setup/head/weights").asText()).startsWith("sha256");
    }

    @Test
    void foldersOfOtherClassesThanTheHeadsAreNamed() throws IOException {
        eval("-q", "--method", "linear", "--head", head).fails(1, "red", "no class of");
    }

    @Test
    void anUnreadableTestPhotoEndsTheEvaluationUnlessSkipped() throws IOException {
        classes("test");
        Files.writeString(folder.resolve("test/red/bad.png"), "no picture");
        knn("--k", 1).exits(1);
        JsonNode json = knn("--k", 1, "--skip-unreadable", "--json").exits(0).json();
        assertThat(json.at("/results/0/data/skipped").asInt()).isEqualTo(1);
    }

    @Test
    void knnTellsWhatItWillTakeAndFitsABudget() throws IOException {
        Cli all = knn("--k", 1, "--json").exits(0);
        Cli little = knn("--k", 1, "--memory-mb", 1, "--json").exits(0);

        assertThat(all.err()).contains("training features of width").contains("in memory");
        assertThat(little.json().at("/results")).isEqualTo(all.json().at("/results"));
        assertThat(knn("--k", 1, "--memory-mb", 0).exits(2).err()).contains("--memory-mb 0: wanted a number above 0");
    }

    @Test
    void aClassifierOfAThousandOutputsWithoutNamesHasThoseOfImageNet() {
        Path head = folder.resolve("imagenet.safetensors");
        Trained.unnamed(head, 48, 1000);

        Cli run = Cli.run("classify", "-m", Cli.MODEL, "--head", head, "--top", 1000, "--json", CAT)
                .exits(0);

        assertThat(run.err()).contains("classes: imagenet-1k");
        assertThat(run.out()).contains("golden retriever").contains("toilet tissue");
    }
}
