package io.github.dino4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.augment.LabelledBox;
import io.github.dino4j.augment.Scene;
import io.github.dino4j.image.Box;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruthSetTest {
    private static final ClassList CLASSES = ClassList.of("two", List.of("sky", "road"));

    @TempDir
    private Path folder;

    private Path photo(String name, int width, int height) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        RgbImage.of(width, height, new byte[3 * width * height]).writePng(file);
        return file;
    }

    private Path text(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private Path grey(String name, int type, int width, int height, int value) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(width, height, type);
        for (int i = 0; i < width * height; i++) {
            image.getRaster().setSample(i % width, i / width, 0, value);
        }
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    @Test
    void readsPhotoMaskAndDepthAsOneScene() throws IOException {
        photo("images/a.png", 4, 3);
        grey("masks/a.png", BufferedImage.TYPE_BYTE_GRAY, 4, 3, 255);
        grey("depths/a.png", BufferedImage.TYPE_USHORT_GRAY, 4, 3, 1500);
        TruthSet set = TruthSet.masks(
                        DataSet.ofFolders("s", folder.resolve("images"), folder.resolve("masks")), CLASSES)
                .withDepths(DataSet.ofFolders("d", folder.resolve("images"), folder.resolve("depths")), 0.001);

        Scene scene = set.read(0);

        assertThat(scene.labels().orElseThrow()).containsOnly(255).hasSize(12);
        assertThat(scene.depth().orElseThrow().at(3, 2)).isEqualTo(1.5f);
        assertThat(set.check(1, CheckListener.NONE).passed()).isTrue();
    }

    @Test
    void namesAnUnknownColourOfAMaskAndItsPlace() throws IOException {
        photo("images/a.png", 4, 3);
        Path mask = photo("masks/a.png", 4, 3); // black
        TruthSet set = TruthSet.masks(
                DataSet.ofFolders("s", folder.resolve("images"), folder.resolve("masks")),
                CLASSES,
                new MaskFormat.Colours(List.of()));

        DataReport report = set.check(1, CheckListener.NONE);

        assertThat(report.bad()).extracting(BadFile::file).containsExactly(mask);
        assertThat(report.bad().get(0).reason()).contains("#000000 at (0, 0)");
        assertThat(TruthSet.masks(
                                DataSet.ofFolders("s", folder.resolve("images"), folder.resolve("masks")),
                                CLASSES,
                                new MaskFormat.Colours(List.of(0)))
                        .check(1, CheckListener.NONE)
                        .passed())
                .isTrue();
    }

    @Test
    void oneReportNamesEveryBadFile() throws IOException {
        photo("images/ok.png", 4, 3);
        grey("masks/ok.png", BufferedImage.TYPE_BYTE_GRAY, 4, 3, 1);
        photo("images/range.png", 4, 3);
        Path range = grey("masks/range.png", BufferedImage.TYPE_BYTE_GRAY, 4, 3, 7);
        photo("images/size.png", 5, 3);
        Path size = grey("masks/size.png", BufferedImage.TYPE_BYTE_GRAY, 4, 3, 0);
        Path broken = text("images/broken.png", "no picture");
        grey("masks/broken.png", BufferedImage.TYPE_BYTE_GRAY, 4, 3, 0);
        TruthSet set =
                TruthSet.masks(DataSet.ofFolders("s", folder.resolve("images"), folder.resolve("masks")), CLASSES);

        DataReport report = set.check(3, CheckListener.NONE);

        assertThat(report.bad()).extracting(BadFile::file).containsExactly(broken, range, size);
        assertThat(report.pixelsOf()).containsExactly(24L, 12L);
        assertThatThrownBy(report::require)
                .isInstanceOf(DataSetException.class)
                .hasMessageContainingAll("3 findings in 4 examples", "label 7 at (0, 0)", "the mask is 4 x 3");
    }

    @Test
    void findsFramesWithoutAnyDepth() throws IOException {
        photo("images/a.png", 4, 3);
        grey("depths/a.png", BufferedImage.TYPE_USHORT_GRAY, 4, 3, 0);
        TruthSet set =
                TruthSet.depths(DataSet.ofFolders("d", folder.resolve("images"), folder.resolve("depths")), 0.001);

        assertThat(set.check(1, CheckListener.NONE).bad().get(0).reason()).contains("no pixel is measured");
    }

    @Test
    void findsBoxesThatLeaveThePhotoOrHoldNothing() throws IOException {
        Path image = photo("a.png", 10, 10);
        TruthSet set = TruthSet.of(
                "b",
                CLASSES,
                List.of(Example.ofBoxes(
                        "a",
                        image,
                        List.of(
                                new LabelledBox(new Box(-1, 0, 11, 5), 0), // a pixel over the edge is a way of counting
                                new LabelledBox(new Box(2, 2, 12, 5), 1),
                                new LabelledBox(new Box(3, 3, 3, 5), 1)))));

        DataReport report = set.check(1, CheckListener.NONE);

        assertThat(report.bad()).hasSize(2);
        assertThat(report.bad().get(0).reason()).contains("'road' from (2.0, 2.0) to (12.0, 5.0) reaches out");
        assertThat(report.bad().get(1).reason()).contains("holds nothing");
        assertThat(report.boxesOf()).containsExactly(1L, 2L);
        assertThat(set.read(0).boxes().get(0).box()).isEqualTo(new Box(0, 0, 10, 5));
    }

    @Test
    void aCheckCanBeEnded() throws IOException {
        TruthSet set = TruthSet.of("c", CLASSES, List.of(Example.ofCategory("a", photo("a.png", 2, 2), 0)));
        CheckListener ends = new CheckListener() {
            @Override
            public void checked(int done, int examples) {}

            @Override
            public boolean cancelled() {
                return true;
            }
        };

        assertThatThrownBy(() -> set.check(2, ends)).isInstanceOf(CancellationException.class);
    }

    @Test
    void readsFoldersOfClassesInTheOrderOfTheirList() throws IOException {
        photo("train/cat/1.png", 2, 2);
        photo("train/dog/1.png", 2, 2);
        text("classes.txt", "dog\ncat\n");

        TruthSet set = ClassFolders.read(folder.resolve("train"));

        assertThat(set.classes().names()).containsExactly("dog", "cat");
        assertThat(set.examples()).extracting(Example::name).containsExactly("dog/1.png", "cat/1.png");
        assertThat(set.examples()).extracting(e -> e.category().orElse(-1)).containsExactly(0, 1);
    }

    @Test
    void namesEmptyAndUnknownFoldersOfClasses() throws IOException {
        photo("train/cat/1.png", 2, 2);
        photo("train/cow/1.png", 2, 2);
        Files.createDirectories(folder.resolve("train/dog"));

        assertThatThrownBy(() ->
                        ClassFolders.read(folder.resolve("train"), ClassList.of("l", List.of("cat", "dog", "elk"))))
                .hasMessageContainingAll("dog: no photo in it", "elk: the class has no folder", "cow: no class of 'l'");
        assertThatThrownBy(() -> ClassFolders.read(folder.resolve("train/cat")))
                .hasMessageContaining("no folder in it");
    }

    private static String voc(String name, int xmin, int xmax) {
        return "<annotation><object><name>" + name + "</name><difficult>0</difficult><bndbox><xmin>" + xmin
                + "</xmin><ymin>1</ymin><xmax>" + xmax + "</xmax><ymax>3</ymax></bndbox></object></annotation>";
    }

    @Test
    void readsBoxesOfPascalVocWhichCountFromOne() throws IOException {
        photo("images/a.png", 4, 3);
        text("boxes/a.xml", voc("road", 1, 4));

        TruthSet set = VocBoxes.read(folder.resolve("images"), folder.resolve("boxes"), CLASSES);

        assertThat(set.example(0).boxes()).containsExactly(new LabelledBox(new Box(0, 0, 4, 3), 1));
    }

    @Test
    void namesEveryBadAnnotationAndOpensNoExternalEntity() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            photo("images/" + name + ".png", 4, 3);
        }
        text("boxes/a.xml", voc("cow", 1, 4));
        text("boxes/b.xml", voc("road", 4, 1));
        Path secret = text("secret.txt", "secret");
        text("boxes/c.xml", "<!DOCTYPE a [<!ENTITY e SYSTEM \"" + secret.toUri() + "\">]>" + voc("&e;", 1, 4));

        assertThatThrownBy(() -> VocBoxes.read(folder.resolve("images"), folder.resolve("boxes"), CLASSES))
                .hasMessageContainingAll("'cow', which is no class", "ends before it begins", "DOCTYPE is disallowed")
                .hasMessageNotContaining("'secret'");
    }

    @Test
    void readsBoxesOfCocoWithGapsInIdsAndCrowds() throws IOException {
        photo("images/a.png", 9, 9);
        Path json = text("c.json", coco("a.png", 7));

        TruthSet set = CocoBoxes.read(json, folder.resolve("images"));

        assertThat(set.classes().names()).containsExactly("sky", "road");
        assertThat(set.example(0).boxes()).containsExactly(new LabelledBox(new Box(1, 2, 4, 6), 1, true));
    }

    @Test
    void namesMissingPhotosAndUnknownCategoriesOfCoco() throws IOException {
        Path json = text("c.json", coco("b.png", 8));

        assertThatThrownBy(() -> CocoBoxes.read(json, folder))
                .hasMessageContainingAll("b.png: no such file", "annotation 5: category 8 is not among");
    }

    @Test
    void namesBoxesOfCocoThatReachOutOfTheirImage() throws IOException {
        photo("images/a.png", 9, 9);
        String size = "\"file_name\":\"a.png\",\"width\":9,\"height\":9";
        String within = coco("a.png", 7).replace("\"file_name\":\"a.png\"", size);
        Path out = text("out.json", within.replace("[1,2,3,4]", "[7,2,3.5,4]"));

        assertThat(CocoBoxes.read(text("in.json", within.replace("[1,2,3,4]", "[7,2,3,4]")), folder.resolve("images"))
                        .size())
                .isEqualTo(1); // to column 10: a pixel over the edge is a way of counting
        assertThatThrownBy(() -> CocoBoxes.read(out, folder.resolve("images")))
                .hasMessageContaining(
                        "annotation 5: its box from (7.0, 2.0) to (10.5, 6.0) reaches out of image 10, 9 x 9");
    }

    @Test
    void namesEveryRowOfAResultFileThatDoesNotFit() throws IOException {
        CocoAnnotations truth = CocoAnnotations.read(text("c.json", coco("a.png", 7)));
        Path bad = text(
                "r.json",
                "[{\"image_id\":10,\"category_id\":7,\"bbox\":[1,2,3,4],\"score\":0.5},"
                        + "{\"image_id\":11,\"category_id\":7,\"bbox\":[1,2,3,4],\"score\":0.5},"
                        + "{\"image_id\":10,\"category_id\":8,\"bbox\":[1,2,3,4],\"score\":0.5},"
                        + "{\"image_id\":10,\"category_id\":7,\"bbox\":[1,2,-3,4],\"score\":0.5},"
                        + "{\"image_id\":10,\"category_id\":7,\"bbox\":[1,2,3,4],\"score\":1.5},"
                        + "{\"image_id\":10,\"category_id\":7,\"bbox\":[1,2,3,4]}]");

        assertThatThrownBy(() -> CocoResults.read(bad, truth))
                .hasMessageContainingAll(
                        "5 of 6 rows",
                        "row 2: image 11 is not among",
                        "row 3: category 8 is not among",
                        "row 4: 'bbox' [1,2,-3,4] has a negative size",
                        "row 5: a detection has a class of 0 or more and a score in 0..1",
                        "row 6: 'score' is ");
        assertThatThrownBy(() -> CocoResults.read(text("o.json", "{}"), truth)).hasMessageContaining("is no list");
    }

    private static String coco(String file, int category) {
        return "{\"images\":[{\"id\":10,\"file_name\":\"" + file + "\"}],"
                + "\"categories\":[{\"id\":7,\"name\":\"road\"},{\"id\":3,\"name\":\"sky\"}],"
                + "\"annotations\":[{\"id\":5,\"image_id\":10,\"category_id\":" + category
                + ",\"bbox\":[1,2,3,4],\"iscrowd\":1}]}";
    }

    @Test
    void readsATableOfFilesWithQuotes() throws IOException {
        photo("photos/a.png", 2, 2);
        photo("photos/b, \"c\".png", 2, 2);
        Path csv = text("t.csv", "image,label\r\nphotos/a.png,dog\r\n\"photos/b, \"\"c\"\".png\",cat\r\n");

        TruthSet set = Manifest.read(csv);

        assertThat(set.classes().names()).containsExactly("cat", "dog");
        assertThat(set.examples()).extracting(e -> e.category().orElse(-1)).containsExactly(1, 0);
        assertThat(set.example(1).image()).exists();
    }

    @Test
    void namesEveryBadRowOfATable() throws IOException {
        photo("a.png", 2, 2);
        Path csv = text("t.csv", "image,label\na.png,sky\na.png,road\nb.png,sky\n");

        assertThatThrownBy(() -> Manifest.read(csv, CLASSES, MaskFormat.NUMBERS, 0.001))
                .hasMessageContainingAll("row 2: 'a.png' stands in the table twice", "row 3: no file");
        assertThatThrownBy(() -> Manifest.read(text("u.csv", "file;label\n")))
                .hasMessageContaining("wanted is a header with the column 'image'");
        assertThatThrownBy(() -> Manifest.read(text("v.csv", "image,label\n\"a.png,sky\n")))
                .hasMessageContaining("line 2: a quoted field");
    }

    private TruthSet numbered(int count) {
        return TruthSet.of(
                "n",
                CLASSES,
                IntStream.range(0, count)
                        .mapToObj(i -> Example.ofCategory("p/" + i + ".png", folder.resolve(i + ".png"), i % 2))
                        .toList());
    }

    @Test
    void splitsByRangesWithBothEnds() {
        Split split = Split.ranges(numbered(10), "0-7", "8-9");

        assertThat(split.training().size()).isEqualTo(8);
        assertThat(split.validation().examples()).extracting(Example::name).containsExactly("p/8.png", "p/9.png");
        assertThatThrownBy(() -> Split.ranges(numbered(10), "0-8", "8-9"))
                .hasMessageContaining("is in the training set and in the validation set");
        assertThatThrownBy(() -> Split.ranges(numbered(10), "0-8", "9-10")).hasMessageContaining("are 0-9");
    }

    @Test
    void splitsByListsWithAndWithoutEndings() throws IOException {
        Path train = text("train.txt", "p/0\np/1.png\n");
        Path val = text("val.txt", "p/2\n");

        Split split = Split.lists(numbered(4), train, val);

        assertThat(split.training().examples()).extracting(Example::name).containsExactly("p/0.png", "p/1.png");
        assertThatThrownBy(() -> Split.listed(numbered(4), text("x.txt", "p/9\n")))
                .hasMessageContaining("'p/9' is no example");
    }

    @Test
    void aRandomSplitTakesItsShareOfEachClassAndIsRepeatable() {
        Split split = Split.random(numbered(40), 0.25, 7);

        assertThat(split.validation().size()).isEqualTo(10);
        assertThat(split.validation().examples().stream()
                        .filter(e -> e.category().orElse(-1) == 0)
                        .count())
                .isEqualTo(5);
        assertThat(Split.random(numbered(40), 0.25, 7).validation().examples())
                .isEqualTo(split.validation().examples());
        assertThat(Split.random(numbered(40), 0.25, 8).validation().examples())
                .isNotEqualTo(split.validation().examples());
        assertThat(Split.random(numbered(2), 0.01, 7).validation().size()).isEqualTo(1);
    }

    @Test
    void looksUpTheCategoriesOfCocoInAListByName() throws IOException {
        photo("images/a.png", 9, 9);
        Path json = text("c.json", coco("a.png", 7));
        ClassList list = ClassList.of("list", List.of("road", "car", "sky"));

        TruthSet set = CocoBoxes.read(json, folder.resolve("images"), list);

        assertThat(set.classes()).isEqualTo(list);
        assertThat(set.example(0).boxes().get(0).label()).isZero();
    }

    @Test
    void namesCategoriesOfCocoThatAreNoClasses() throws IOException {
        photo("images/a.png", 9, 9);
        Path json = text("c.json", coco("a.png", 7));

        assertThatThrownBy(() ->
                        CocoBoxes.read(json, folder.resolve("images"), ClassList.of("mine", List.of("road", "car"))))
                .hasMessageContainingAll("'sky'", "mine")
                .hasMessageNotContaining("'road'");
    }

    @Test
    void keepsTheAreaOfAnOutlineOfCocoAlsoWhereTheBoxIsScaled() throws IOException {
        photo("images/a.png", 9, 9);
        Path json = text("c.json", coco("a.png", 7).replace("\"iscrowd\"", "\"area\":9,\"iscrowd\""));

        LabelledBox box = CocoBoxes.read(json, folder.resolve("images"))
                .example(0)
                .boxes()
                .get(0);

        assertThat(box.area()).isEqualTo(9);
        assertThat(box.at(new Box(0, 0, 6, 8)).area()).isEqualTo(36);
    }
}
