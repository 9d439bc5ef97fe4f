package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PanopticMapTest {
    private static final PanopticMap.Label SKY = new PanopticMap.Label(1, 0, 0.9f, false);
    private static final PanopticMap.Label CAR = new PanopticMap.Label(70000, 2, 0.8f, true);

    private static PanopticMap map() {
        return PanopticMap.of(3, 2, new int[] {1, 1, 1, 0, 70000, 70000}, Drawn.CLASSES, List.of(SKY, CAR));
    }

    @Test
    void measuresItsSegments() {
        assertThat(map().segments())
                .containsExactly(
                        new Segment(1, 0, 0.9f, false, 3, new PixelBox(0, 0, 3, 1)),
                        new Segment(70000, 2, 0.8f, true, 2, new PixelBox(1, 1, 2, 1)));
    }

    @Test
    void dropsSegmentsWithoutAPixel() {
        PanopticMap map = PanopticMap.of(1, 1, new int[] {1}, Drawn.CLASSES, List.of(SKY, CAR));

        assertThat(map.segments()).extracting(Segment::id).containsExactly(1);
    }

    @Test
    void cutsOutTheMaskOfASegment() {
        assertThat(map().rle(70000).mask()).isEqualTo(Drawn.mask(3, 2, "...", ".##"));
    }

    @Test
    void saysWhichSegmentsThereAre() {
        assertThatThrownBy(() -> map().rle(2)).hasMessageContaining("no segment 2 in the map; it has [1, 70000]");
    }

    @Test
    void refusesAnIdWithoutALabel() {
        assertThatThrownBy(() -> PanopticMap.of(2, 1, new int[] {1, 3}, Drawn.CLASSES, List.of(SKY)))
                .hasMessageContaining("pixel (1, 0) has id 3, which has no label");
    }

    @Test
    void refusesALabelGivenTwice() {
        assertThatThrownBy(() -> PanopticMap.of(1, 1, new int[] {1}, Drawn.CLASSES, List.of(SKY, SKY)))
                .hasMessageContaining("segment 1 is labelled twice");
    }

    @Test
    void refusesAnIdThatNoColourHolds() {
        assertThatThrownBy(() -> PanopticMap.of(
                        1, 1, new int[1], Drawn.CLASSES, List.of(new PanopticMap.Label(0x1000000, 0, 1, true))))
                .hasMessageContaining("1..16777215");
    }

    @Test
    void writesIdsAsColours(@TempDir Path folder) throws Exception {
        map().writePng(folder.resolve("panoptic.png"));

        RgbImage png = ImageDecoder.standard().read(folder.resolve("panoptic.png"));
        assertThat(png.pixel(0, 0)).as("1 = R").isEqualTo(0x010000);
        assertThat(png.pixel(0, 1)).isZero();
        assertThat(png.pixel(1, 1)).as("70000 = 112 + 256 * 17 + 65536 * 1").isEqualTo(0x701101);
    }

    @Test
    void writesWhatIsKnownOfEachSegment(@TempDir Path folder) throws Exception {
        map().writeJson(folder.resolve("panoptic.json"));

        JsonNode car = new ObjectMapper()
                .readTree(folder.resolve("panoptic.json").toFile())
                .path("segments_info")
                .get(1);
        assertThat(car.path("id").asInt()).isEqualTo(70000);
        assertThat(car.path("category").asText()).isEqualTo("car");
        assertThat(car.path("isthing").asInt()).isEqualTo(1);
        assertThat(car.path("area").asInt()).isEqualTo(2);
        assertThat(car.path("bbox").toString()).isEqualTo("[1,1,2,1]");
    }

    @Test
    void givesTwoObjectsOfAClassTwoShades() {
        int[] ids = new int[60 * 60];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i % 60 < 30 ? 1 : 2;
        }
        PanopticMap two = PanopticMap.of(
                60,
                60,
                ids,
                Drawn.CLASSES,
                List.of(new PanopticMap.Label(1, 2, 1, true), new PanopticMap.Label(2, 2, 1, true)));

        RgbImage overlay = two.overlay(Drawn.grey(60, 60));

        assertThat(overlay.pixel(10, 10)).isNotEqualTo(overlay.pixel(50, 10));
    }
}
