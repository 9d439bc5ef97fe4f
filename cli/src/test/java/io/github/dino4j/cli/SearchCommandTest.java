package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands index, search and duplicates. */
class SearchCommandTest {
    @TempDir
    private Path folder;

    private Path photos = Path.of("");
    private Path index = Path.of("");

    @BeforeEach
    void gather() throws IOException {
        photos = Files.createDirectory(folder.resolve("photos"));
        index = folder.resolve("photos.index");
        for (String photo : List.of("cat.jpg", "cat-closer.jpg", "coffee.jpg", "dogs.jpg")) {
            Files.copy(Cli.SAMPLES.resolve(photo), photos.resolve(photo));
        }
    }

    private static Cli run(List<Object> given, Object... more) {
        List<Object> all = new ArrayList<>(given);
        all.addAll(Arrays.asList(more));
        return Cli.run(all.toArray());
    }

    private Cli index(Object... more) {
        return run(List.of("index", photos, "-q", "-m", Cli.MODEL, "-o", index, "--size", 64), more);
    }

    private Cli search(Object... more) {
        return run(List.of("search", photos.resolve("cat.jpg"), "-q", "--index", index), more);
    }

    private static List<String> images(JsonNode json) {
        List<String> images = new ArrayList<>();
        json.path("hits").forEach(hit -> images.add(hit.path("image").asText()));
        return images;
    }

    @Test
    void aFolderIsIndexedBroughtUpToDateAndSearched() throws IOException {
        assertThat(index().exits(0).out()).contains("4 images (4 added", "cls");
        JsonNode json = search("--json").exits(0).json();
        assertThat(images(json)).hasSize(4).startsWith("cat.jpg");
        assertThat(json.at("/hits/0/similarity").asDouble()).isBetween(0.9999, 1.0001);
        assertThat(json.at("/protocol/method").asText()).isEqualTo("graph");
        assertThat(json.at("/protocol/candidates").asInt()).isEqualTo(100);
        assertThat(json.at("/protocol/settings/pooling").asText()).isEqualTo("cls");
        assertThat(json.at("/protocol/settings/weights").asText()).startsWith("sha256");
        assertThat(json.at("/protocol/settings/transform").asText()).contains("64 x 64");

        Files.delete(photos.resolve("coffee.jpg"));
        Files.copy(Cli.SAMPLES.resolve("dandelion.jpg"), photos.resolve("dandelion.jpg"));
        JsonNode summary = run(List.of("index", photos, "-q", "-m", Cli.MODEL, "-o", index, "--json"))
                .exits(0)
                .json();
        assertThat(summary.path("added").asInt()).isEqualTo(1);
        assertThat(summary.path("unchanged").asInt()).isEqualTo(3);
        assertThat(summary.path("deleted").asInt()).isEqualTo(1);
        assertThat(images(search("--json", "--exact", "-k", 9).exits(0).json()))
                .contains("dandelion.jpg")
                .doesNotContain("coffee.jpg");
    }

    @Test
    void aContactSheetIsDrawnAndAPageCarriesTheProtocol() throws IOException {
        index().exits(0);
        Path sheet = folder.resolve("found.png");
        assertThat(search("-k", 2, "-o", sheet).exits(0).out()).contains("cosine", "cat.jpg", "found.png");
        RgbImage drawn = ImageDecoder.standard().read(sheet);
        assertThat(drawn.width()).isGreaterThan(3 * 180);
        Path page = folder.resolve("found.html");
        search("--json", "-o", page).exits(0);
        assertThat(Files.readString(page)).contains("cat-closer.jpg", "candidates", "sha256", "cosine");
        search("-o", folder.resolve("found.gif")).fails(2, "found.gif", ".png");
    }

    @Test
    void aPartOfAPhotoFindsItsPlaceAgain() {
        index("--parts", 2).exits(0);
        JsonNode json = search("--patch", "75%,75%", "--json", "-k", 1).exits(0).json();
        assertThat(images(json)).containsExactly("cat.jpg");
        assertThat(json.at("/hits/0/similarity").asDouble()).isGreaterThan(0.999);
        RgbImage cat = ImageDecoder.standard().read(photos.resolve("cat.jpg"));
        assertThat(json.at("/hits/0/place/2").asDouble()).isBetween(cat.width() - 0.01, cat.width() + 0.01);
        assertThat(json.at("/protocol/target").asText()).isEqualTo("parts");
        search("--patch", "9999,1").fails(2, "outside of the photo");
    }

    @Test
    void withoutPartsAPatchSaysHowToGetThem() {
        index().exits(0);
        search("--patch", "10,10").fails(1, "no vectors of parts", "--parts");
    }

    @Test
    void reducedAndQuantisedIndicesAreSearchedAlike() {
        index("--int8", "--reduce", 3, "--pooling", "cls+gem-4", "--parts", 2, "--compact")
                .exits(0);
        JsonNode json = search("--json", "-k", 1).exits(0).json();
        assertThat(images(json)).containsExactly("cat.jpg");
        assertThat(json.at("/protocol/storage").asText()).isEqualTo("int8");
        assertThat(json.at("/protocol/reduced").asInt()).isEqualTo(3);
        assertThat(json.at("/protocol/dim").asInt()).isEqualTo(96);
        index("--reduce", 4, "--pooling", "cls+gem-4").fails(1, "--reduce");
    }

    @Test
    void moreComponentsThanPhotosAreRefusedAndLeaveNothing() throws IOException {
        index("--reduce", 5).fails(2, "there are 4");
        assertThat(Cli.files(folder)).containsExactly("photos");
    }

    @Test
    void anotherModelIsRefusedWithBothNamed() throws IOException {
        index().exits(0);
        search("-m", "random:7").fails(1, "photos.index", "vectors of 48 values", "vectors of 192 values");
        run(List.of("index", photos, "-q", "-m", "random:7", "-o", index)).fails(1, "vectors of 192 values");
        index("--pooling", "mean").fails(1, "pooling 'cls' and 'mean'");
    }

    @Test
    void photosOfAnotherFolderAreNotMixedIn() throws IOException {
        index().exits(0);
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.copy(Cli.SAMPLES.resolve("cat.jpg"), other.resolve("cat.jpg"));
        run(List.of("index", other, "-q", "-m", Cli.MODEL, "-o", index)).fails(1, "is the index of", "forgotten");
    }

    @Test
    void anEmptyADamagedAndAMissingIndexAreToldApart() throws IOException {
        search().fails(1, "there is no index");
        index().exits(0);
        for (String photo : Cli.files(photos)) {
            if (!photo.equals("dogs.jpg")) {
                Files.delete(photos.resolve(photo));
            }
        }
        Files.writeString(photos.resolve("dogs.jpg"), "no picture any more");
        Cli gone = index().exits(1);
        assertThat(gone.err()).contains("not indexed", "dogs.jpg", "the index is empty");
        Files.copy(Cli.SAMPLES.resolve("cat.jpg"), photos.resolve("cat.jpg"));
        search().fails(1, "is empty");
        run(List.of("duplicates", "-q", "--index", index)).fails(1, "is empty");
        Path segments;
        try (Stream<Path> files = Files.list(index)) {
            segments = files.filter(file -> String.valueOf(file.getFileName()).startsWith("segments_"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.write(segments, Arrays.copyOf(Files.readAllBytes(segments), 40));
        search().fails(1, "damaged", "build it again");
        index().fails(1, "damaged");
    }

    @Test
    void aPhotoThatCannotBeReadIsListedAndTheOthersAreIndexed() throws IOException {
        Files.writeString(photos.resolve("bad.png"), "no picture");
        Cli run = index().exits(3);
        assertThat(run.err()).contains("not indexed", "bad.png");
        assertThat(run.out()).contains("4 images");
        index("--skip-unreadable", "--check").exits(0);
    }

    @Test
    void nearDuplicatesAreGrouped() throws IOException {
        Files.copy(Cli.SAMPLES.resolve("dogs.jpg"), photos.resolve("dogs again.jpg"));
        index().exits(0);
        Path sheet = folder.resolve("groups.png");
        JsonNode json = run(
                        List.of("duplicates", "-q", "--index", index), "--threshold", 0.99999, "-o", sheet, "--json")
                .exits(0)
                .json();
        assertThat(json.path("groups")).hasSize(1);
        assertThat(json.at("/groups/0/members/0/id").asText()).isEqualTo("dogs again.jpg");
        assertThat(json.at("/protocol/threshold").asDouble()).isEqualTo(0.99999);
        assertThat(Files.exists(sheet)).isTrue();
        assertThat(run(List.of("duplicates", "-q", "--index", index, "--threshold", 0.99999))
                        .exits(0)
                        .out())
                .contains("2 photos", "1 group among 5 photos");
        run(List.of("duplicates", "-q", "--index", index, "--threshold", 1.5)).fails(2, "at most 1");
    }

    @Test
    void whatDoesNotFitIsTold() {
        index().exits(0);
        search("-k", 0).fails(2, "at least one image");
        search("--exact", "--candidates", 50).fails(2, "exclude each other");
        run(List.of("index", photos, "-q", "-m", Cli.MODEL, "-o", folder.resolve("b"), "--size", 70))
                .fails(2, "--size 70", "such as 64");
        run(List.of("index", photos, "-q", "-m", Cli.MODEL, "-o", folder.resolve("b"), "--pooling", "max"))
                .fails(2, "max", "cls+gem-4");
    }
}
