package io.github.dino4j.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassListTest {

    @ParameterizedTest
    @CsvSource({
        "ade20k, 150, wall, 787878, flag, 5c00ff, 255, true",
        "camvid, 11, Sky, 808080, Bicyclist, 0080c0, 11, false",
        "cityscapes, 19, road, 804080, bicycle, 770b20, 255, false",
        "voc2012, 21, background, 000000, tvmonitor, 004080, 255, false"
    })
    void carriesTheListsOfDataSets(
            String name,
            int size,
            String first,
            String firstColour,
            String last,
            String lastColour,
            int ignored,
            boolean zeroIsUnlabelled) {
        ClassList classes = ClassList.named(name);

        assertThat(classes.name()).isEqualTo(name);
        assertThat(classes.size()).isEqualTo(size);
        assertThat(classes.nameOf(0)).isEqualTo(first);
        assertThat(classes.colourOf(0)).isEqualTo(Integer.parseInt(firstColour, 16));
        assertThat(classes.nameOf(size - 1)).isEqualTo(last);
        assertThat(classes.colourOf(size - 1)).isEqualTo(Integer.parseInt(lastColour, 16));
        assertThat(classes.ignored()).hasValue(ignored);
        assertThat(classes.zeroIsUnlabelled()).isEqualTo(zeroIsUnlabelled);
    }

    @Test
    void carriesThingsThenStuffOfCoco() {
        ClassList classes = ClassList.named("coco-stuff-171");

        assertThat(classes.size()).isEqualTo(171);
        assertThat(classes.nameOf(0)).isEqualTo("person");
        assertThat(classes.nameOf(79)).isEqualTo("toothbrush");
        assertThat(classes.nameOf(80)).isEqualTo("banner");
        assertThat(classes.nameOf(170)).isEqualTo("wood");
    }

    /** Indices that everybody knows: the order is that of the WordNet numbers. */
    @ParameterizedTest
    @CsvSource({
        "0, tench",
        "134, crane (bird)",
        "207, golden retriever",
        "281, tabby",
        "282, tiger cat",
        "388, giant panda",
        "504, coffee mug",
        "517, crane (machine)",
        "638, maillot",
        "639, 'maillot, tank suit'",
        "817, sports car",
        "934, hotdog",
        "980, volcano",
        "999, toilet tissue"
    })
    void carriesTheClassesOfImageNetInTheOrderOfPublishedClassifiers(int index, String name) {
        ClassList classes = ClassList.named("imagenet-1k");

        assertThat(classes.size()).isEqualTo(1000);
        assertThat(classes.nameOf(index)).isEqualTo(name);
    }

    @Test
    void givesEveryBuiltInClassANameOfItsOwn() {
        for (String name : ClassList.builtIn()) {
            assertThat(ClassList.named(name).names()).doesNotHaveDuplicates().allMatch(n -> n.equals(n.strip()));
        }
    }

    @Test
    void listsTheNamesItCarriesWhenAskedForAnother() {
        assertThatThrownBy(() -> ClassList.named("ade"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no class list 'ade'")
                .hasMessageContaining("ade20k, camvid, cityscapes, coco-stuff-171, imagenet-1k, voc2012");
    }

    @Test
    void givesUnknownClassesColoursThatDiffer() {
        List<Integer> colours = ClassList.palette(171);

        assertThat(new HashSet<>(colours)).hasSize(171);
        for (int i = 1; i < colours.size(); i++) {
            assertThat(distance(colours.get(i - 1), colours.get(i))).isGreaterThan(90);
        }
        assertThat(ClassList.palette(20)).isEqualTo(colours.subList(0, 20));
    }

    @Test
    void readsNamesAndColoursOfAFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("street.txt");
        Files.writeString(file, "road #804080\nold tree\r\nC# code\n\n");

        ClassList classes = ClassList.read(file);

        assertThat(classes.name()).isEqualTo("street");
        assertThat(classes.names()).containsExactly("road", "old tree", "C# code");
        assertThat(classes.colourOf(0)).isEqualTo(0x804080);
        assertThat(classes.colourOf(1)).isEqualTo(ClassList.palette(2).get(1));
    }

    @Test
    void refusesAnEmptyLineBetweenClasses(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("classes.txt");
        Files.writeString(file, "road\n\ntree\n");

        assertThatThrownBy(() -> ClassList.read(file)).hasMessageContaining("classes.txt, line 2: no class name");
    }

    @Test
    void refusesAnEmptyFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("classes.txt"), "\n");

        assertThatThrownBy(() -> ClassList.read(file)).hasMessageContaining("no class in it");
    }

    @Test
    void refusesFewerNamesThanOutputs() {
        assertThatThrownBy(() -> ClassList.named("voc2012").require(150))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fewer class names than outputs")
                .hasMessageContaining("21")
                .hasMessageContaining("150")
                .hasMessageContaining("ClassList.read");
    }

    @Test
    void refusesMoreNamesThanOutputs() {
        assertThatThrownBy(() -> ClassList.numbered(3).require(2))
                .hasMessageContaining("more class names than outputs");
    }

    @Test
    void shiftsLabelsWhereZeroIsUnlabelled() {
        ClassList ade = ClassList.named("ade20k");

        assertThat(ade.classOf(0)).isEqualTo(-1);
        assertThat(ade.classOf(1)).isEqualTo(0);
        assertThat(ade.classOf(150)).isEqualTo(149);
        assertThat(ade.classOf(255)).isEqualTo(-1);
        assertThat(ade.labelOf(149)).isEqualTo(150);
    }

    @Test
    void takesLabelsAsTheyAreElsewhere() {
        ClassList camvid = ClassList.named("camvid");

        assertThat(camvid.classOf(0)).isEqualTo(0);
        assertThat(camvid.classOf(11)).isEqualTo(-1);
        assertThat(camvid.classOf(12)).isEqualTo(12);
    }

    @Test
    void ignoresNoClassOfALongList() {
        assertThat(ClassList.numbered(255).ignored()).isEqualTo(OptionalInt.of(255));
        assertThat(ClassList.numbered(1000).classOf(255)).isEqualTo(255);
    }

    @Test
    void refusesAnotherNumberOfColours() {
        assertThatThrownBy(() -> new ClassList("x", List.of("a", "b"), List.of(0), OptionalInt.empty(), false))
                .hasMessageContaining("2 names and 1 colours");
    }

    private static double distance(int a, int b) {
        double sum = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            sum += Math.pow((a >> shift & 0xff) - (b >> shift & 0xff), 2);
        }
        return Math.sqrt(sum);
    }
}
