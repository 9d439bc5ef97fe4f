package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.image.RgbImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceListTest {

    @Test
    void writesMasksThatOverlap(@TempDir Path folder) throws Exception {
        Rle left = Rle.of(3, 2, Drawn.mask(3, 2, "##.", "##."));
        Rle right = Rle.of(3, 2, Drawn.mask(3, 2, ".##", "..."));

        new InstanceList(3, 2, Drawn.CLASSES, List.of(Instance.of(2, 0.75f, left), Instance.of(1, 0.5f, right)))
                .writeJson(folder.resolve("instances.json"));

        JsonNode segments = new ObjectMapper()
                .readTree(folder.resolve("instances.json").toFile())
                .path("segments");
        assertThat(segments).hasSize(2);
        assertThat(segments.get(0).path("score").asDouble()).isEqualTo(0.75);
        assertThat(segments.get(1).path("category").asText()).isEqualTo("tree");
        assertThat(segments.get(1).path("bbox").toString()).isEqualTo("[1,0,2,1]");
        assertThat(Rle.parse(
                        3,
                        2,
                        segments.get(1).path("segmentation").path("counts").asText()))
                .isEqualTo(right);
    }

    @Test
    void laysTheBetterScoreOnTop() {
        boolean[] all = new boolean[60 * 60];
        Arrays.fill(all, true);
        Rle whole = Rle.of(60, 60, all);

        RgbImage overlay = new InstanceList(
                        60, 60, Drawn.CLASSES, List.of(Instance.of(1, 0.4f, whole), Instance.of(2, 0.9f, whole)))
                .overlay(Drawn.grey(60, 60));

        int colour = overlay.pixel(30, 30);
        assertThat(colour >> 16).as("red, of the car").isGreaterThan(colour >> 8 & 0xff);
    }

    @Test
    void refusesAMaskOfAnotherSize() {
        Rle mask = Rle.of(2, 2, new boolean[4]);

        assertThatThrownBy(() -> new InstanceList(3, 2, Drawn.CLASSES, List.of(Instance.of(0, 1, mask))))
                .hasMessageContaining("the mask of instance 0 is 2 x 2, the photo 3 x 2");
    }

    @Test
    void refusesAClassThatIsNotInTheList() {
        Rle mask = Rle.of(2, 2, new boolean[4]);

        assertThatThrownBy(() -> new InstanceList(2, 2, Drawn.CLASSES, List.of(Instance.of(3, 1, mask))))
                .hasMessageContaining("instance 0 is of class 3, but scene has 0 to 2");
    }
}
