package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindCommandTest {
    @TempDir
    private Path folder;

    private Path photos = Path.of("");
    private Path index = Path.of("");

    @BeforeEach
    void copy() throws IOException {
        photos = Files.createDirectory(folder.resolve("photos"));
        index = folder.resolve("words.index");
        for (String name : new String[] {"cat.jpg", "dogs.jpg", "coffee.jpg"}) {
            Files.copy(Cli.SAMPLES.resolve(name), photos.resolve(name));
        }
    }

    private Cli find(String text, Object... more) {
        Object[] given = {"find", text, "-m", Cli.MODEL, "--random-head", 7, "--index", index};
        Object[] all = java.util.Arrays.copyOf(given, given.length + more.length);
        System.arraycopy(more, 0, all, given.length, more.length);
        return Cli.run(all);
    }

    @Test
    void asksAnIndexInWordsAndKeepsItUpToDate() throws IOException {
        Path sheet = folder.resolve("found.png");
        find("a cat", "--photos", photos, "--size", 64, "-o", sheet).exits(0);
        assertThat(ImageDecoder.standard().read(sheet).width()).isPositive();

        JsonNode first = find("a cat", "--json").exits(0).json();
        JsonNode exact = find("a cat", "--json", "--exact").exits(0).json();
        assertThat(names(first)).hasSize(3).isEqualTo(names(exact));
        assertThat(find("a cup of coffee", "--json").exits(0).json().path("hits"))
                .isNotEqualTo(first.path("hits"));

        Files.delete(photos.resolve("cat.jpg"));
        assertThat(find("a cat", "--photos", photos, "--json").exits(0).json().path("hits"))
                .hasSize(2);
    }

    private static List<String> names(JsonNode found) {
        return found.path("hits").findValuesAsText("image");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThat(find("a cat").exits(2).err()).contains("there is no index");
        find("a cat", "--photos", photos, "--size", 64, "--json").exits(0);
        assertThat(find("a cat", "--size", 128).exits(1).err()).contains("cannot be compared");
        assertThat(find(" ").exits(2).err()).contains("say in words");
        assertThat(find("a cat", "--photos", folder).exits(1).err()).contains("would be forgotten");
    }
}
