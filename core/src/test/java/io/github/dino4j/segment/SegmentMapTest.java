package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.export.ExportException;
import io.github.dino4j.export.NpyFile;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.PngSamples;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentMapTest {
    private static final SegmentMap MAP = Drawn.map(3, 2, 2, 2, 0, SegmentMap.NONE, 2, 0);

    @Test
    void refusesScoresThatAreNotFinite() {
        float[] scores = {0, 1, 2, 3, Float.NaN, Float.POSITIVE_INFINITY, 6, 7};

        assertThatThrownBy(() -> SegmentMap.of(new ClassScores(2, 2, 2, scores), ClassList.numbered(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 of 8 scores are not finite, the first is NaN in column 0, row 0 of class 1");
    }

    @Test
    void refusesConfidencesThatAreNotFinite() {
        float[] confidences = {0, 1, 1, Float.NEGATIVE_INFINITY};

        assertThatThrownBy(() -> SegmentMap.of(2, 2, new short[4], confidences, ClassList.numbered(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 of 4 confidences are not finite, the first is -Infinity in column 1, row 1");
    }

    @Test
    void knowsTheClassOfAPixel() {
        assertThat(MAP.label(0, 0)).isEqualTo(2);
        assertThat(MAP.label(2, 1)).isZero();
        assertThat(MAP.label(0, 1)).isEqualTo(SegmentMap.NONE);
        assertThat(MAP.confidence(1, 1)).isEqualTo(0.7f);
    }

    @Test
    void keepsItsLabelsToItself() {
        MAP.labels()[0] = 1;

        assertThat(MAP.label(0, 0)).isEqualTo(2);
    }

    @Test
    void sharesThePhotoOutLargestFirst() {
        assertThat(MAP.shares()).extracting(SegmentMap.Share::name).containsExactly("car", "sky");
        SegmentMap.Share car = MAP.shares().get(0);
        assertThat(car.pixels()).isEqualTo(3);
        assertThat(car.fraction()).isEqualTo(0.5);
        assertThat(car.confidence()).isEqualTo((0.5 + 0.55 + 0.7) / 3, within(1e-6));
    }

    @Test
    void takesTheFirstOfTheHighestScores() {
        ClassScores scores = new ClassScores(3, 1, 2, new float[] {0.2f, 0.4f, 0.5f, 0.1f, 0.3f, 0.4f});

        SegmentMap map = SegmentMap.of(scores, Drawn.CLASSES);

        assertThat(map.labels()).containsExactly(1, 0);
        assertThat(map.confidences()).containsExactly(0.5f, 0.4f);
        assertThat(map.scores()).containsSame(scores);
    }

    @Test
    void refusesALabelOfNoClass() {
        assertThatThrownBy(() -> Drawn.map(2, 1, 0, 3))
                .hasMessageContaining("label 3 at (1, 0) is no class of scene, which has 0 to 2");
    }

    @Test
    void refusesScoresOfOtherClasses() {
        assertThatThrownBy(() -> MAP.withScores(new ClassScores(2, 1, 1, new float[2])))
                .hasMessageContaining("more class names than outputs");
    }

    @Test
    void refusesAPhotoOfAnotherSize() {
        assertThatThrownBy(() -> MAP.overlay(Drawn.grey(2, 3)))
                .hasMessageContaining("the photo is 2 x 3, its map 3 x 2");
    }

    @Test
    void paintsEachClassInItsColour() {
        RgbImage colours = MAP.colours();

        assertThat(colours.pixel(0, 0)).isEqualTo(0xff0000);
        assertThat(colours.pixel(2, 0)).isEqualTo(0x0000ff);
        assertThat(colours.pixel(0, 1)).isZero();
    }

    @Test
    void laysColoursOverThePhotoAndLeavesItWhereThereIsNoClass() {
        int[] labels = new int[64 * 48];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 64 < 32 ? 1 : SegmentMap.NONE;
        }
        RgbImage overlay = Drawn.map(64, 48, labels).overlay(Drawn.grey(64, 48));

        assertThat(overlay.pixel(60, 10)).isEqualTo(0x808080);
        int green = overlay.pixel(10, 10);
        assertThat(green >> 8 & 0xff).isGreaterThan(0xa0);
        assertThat(green & 0xff).isLessThan(0x60);
        assertThat(overlay.width()).as("legend at the side").isGreaterThan(64);
    }

    @Test
    void writesLabelsThatLabelImageReads(@TempDir Path folder) throws Exception {
        MAP.writeIndexedPng(folder.resolve("labels.png"));

        LabelImage read = LabelImage.read(folder.resolve("labels.png"));
        assertThat(read.labels()).containsExactly(2, 2, 0, 255, 2, 0);
        assertThat(read.map(Drawn.CLASSES).labels()).isEqualTo(MAP.labels());
    }

    @Test
    void writesThePaletteOfTheClasses(@TempDir Path folder) throws Exception {
        MAP.writeIndexedPng(folder.resolve("labels.png"));

        RgbImage seen = ImageDecoder.standard().read(folder.resolve("labels.png"));
        assertThat(PngSamples.read(folder.resolve("labels.png")).indexed()).isTrue();
        assertThat(seen.rgb()).isEqualTo(MAP.colours().rgb());
    }

    @Test
    void writesNoClassAsTheLabelThatTheDataSetIgnores(@TempDir Path folder) throws Exception {
        ClassList camvid = ClassList.named("camvid");

        SegmentMap.of(2, 1, new short[] {10, SegmentMap.NONE}, new float[2], camvid)
                .writeIndexedPng(folder.resolve("labels.png"));

        assertThat(LabelImage.read(folder.resolve("labels.png")).labels()).containsExactly(10, 11);
    }

    @Test
    void writesMoreThan256ClassesIn16Bits(@TempDir Path folder) throws Exception {
        SegmentMap map =
                SegmentMap.of(3, 1, new short[] {0, 299, SegmentMap.NONE}, new float[3], ClassList.numbered(300));

        map.writeIndexedPng(folder.resolve("labels.png"));

        PngSamples png = PngSamples.read(folder.resolve("labels.png"));
        assertThat(png.bits()).isEqualTo(16);
        assertThat(LabelImage.read(folder.resolve("labels.png")).labels()).containsExactly(0, 299, 65535);
    }

    @Test
    void writesAllOf256ClassesIn8Bits(@TempDir Path folder) throws Exception {
        SegmentMap map = SegmentMap.of(2, 1, new short[] {0, 255}, new float[2], ClassList.numbered(256));

        map.writeIndexedPng(folder.resolve("labels.png"));

        assertThat(LabelImage.read(folder.resolve("labels.png")).labels()).containsExactly(0, 255);
        assertThat(PngSamples.read(folder.resolve("labels.png")).bits()).isEqualTo(8);
    }

    @Test
    void writesOneSegmentAClassAsCocoDoes(@TempDir Path folder) throws Exception {
        MAP.writeJson(folder.resolve("map.json"));

        JsonNode json = new ObjectMapper().readTree(folder.resolve("map.json").toFile());
        assertThat(json.path("segments")).hasSize(2);
        JsonNode car = json.path("segments").get(0);
        assertThat(car.path("category_id").asInt()).isEqualTo(2);
        assertThat(car.path("category").asText()).isEqualTo("car");
        assertThat(car.path("segmentation").path("size").toString()).isEqualTo("[2,3]");
        assertThat(Rle.parse(3, 2, car.path("segmentation").path("counts").asText())
                        .mask())
                .isEqualTo(Drawn.mask(3, 2, "##.", ".#."));
        assertThat(car.path("area").asInt()).isEqualTo(3);
        assertThat(car.path("bbox").toString()).isEqualTo("[0,0,2,2]");
        assertThat(car.path("score").asDouble()).isEqualTo(1.75 / 3, within(1e-6));
    }

    @Test
    void writesScoresForNumPy(@TempDir Path folder) throws Exception {
        float[] values = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f};

        MAP.withScores(new ClassScores(3, 2, 1, values)).writeScores(folder.resolve("scores.npy"));

        NpyFile read = NpyFile.read(folder.resolve("scores.npy"));
        assertThat(read.shape()).containsExactly(3, 2, 1);
        assertThat(read.values()).containsExactly(values);
    }

    @Test
    void saysThatItHasNoScores(@TempDir Path folder) {
        assertThatThrownBy(() -> MAP.writeScores(folder.resolve("scores.npy")))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("holds no scores");
    }

    @Test
    void leavesNothingBesideTheFilesItWrites(@TempDir Path folder) throws Exception {
        Path gone = folder.resolve("gone/labels.png");

        assertThatThrownBy(() -> MAP.writeIndexedPng(gone)).isInstanceOf(java.io.IOException.class);
        MAP.writeIndexedPng(folder.resolve("labels.png"));

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("labels.png"));
        }
    }
}
