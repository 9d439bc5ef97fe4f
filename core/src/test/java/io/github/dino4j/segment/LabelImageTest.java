package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelImageTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("mask.png");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void readsTheIndicesOfAPalette(int bits) throws Exception {
        int count = 1 << bits;
        int[] palette = new int[count];
        java.util.Arrays.fill(palette, 0x123456); // the colours do not tell the indices apart
        IndexColorModel colours = new IndexColorModel(bits, count, palette, 0, false, -1, 0);
        int type = bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY;
        BufferedImage image = new BufferedImage(5, 2, type, colours);
        image.getRaster().setSample(3, 1, 0, count - 1);
        write(image);

        LabelImage mask = LabelImage.read(file);

        assertThat(mask.width()).isEqualTo(5);
        assertThat(mask.height()).isEqualTo(2);
        assertThat(mask.label(3, 1)).isEqualTo(count - 1);
        assertThat(mask.label(4, 1)).isZero();
    }

    @Test
    void readsGreyOf8Bits() throws Exception {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSamples(0, 0, 3, 1, 0, new int[] {1, 128, 255});
        write(image);

        assertThat(LabelImage.read(file).labels()).containsExactly(1, 128, 255);
    }

    @Test
    void readsGreyOf16Bits() throws Exception {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setSamples(0, 0, 3, 1, 0, new int[] {1, 300, 65535});
        write(image);

        assertThat(LabelImage.read(file).labels()).containsExactly(1, 300, 65535);
    }

    @Test
    void refusesAnRgbPicture() throws Exception {
        Drawn.grey(2, 2).writePng(file);

        assertThatThrownBy(() -> LabelImage.read(file))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith(file + ": is an RGB picture, not class numbers; ")
                .hasMessageContaining("LabelImage.readColours");
    }

    @Test
    void refusesTransparency() throws Exception {
        write(new BufferedImage(2, 2, BufferedImage.TYPE_4BYTE_ABGR));

        assertThatThrownBy(() -> LabelImage.read(file)).hasMessageContaining("an RGB picture with transparency, not");
    }

    @Test
    void refusesWhatIsNoPng() throws Exception {
        ImageIO.write(new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY), "jpeg", file.toFile());

        assertThatThrownBy(() -> LabelImage.read(file))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("this is JPEG, a PNG was wanted");
    }

    @Test
    void refusesAFileCutShort() throws Exception {
        write(new BufferedImage(200, 200, BufferedImage.TYPE_BYTE_GRAY));
        byte[] data = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(data, data.length - 20));

        assertThatThrownBy(() -> LabelImage.read(file))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("cut short");
    }

    @Test
    void readsTheColoursOfClasses() throws Exception {
        picture(0x00ff00, 0xff0000, 0x000000);

        LabelImage mask = LabelImage.readColours(file, Drawn.CLASSES, 0x000000);

        assertThat(mask.labels()).containsExactly(1, 2, 255);
        assertThat(mask.targets(Drawn.CLASSES)).containsExactly(1, 2, -1);
    }

    @Test
    void numbersColoursFromOneWhereZeroIsUnlabelled() throws Exception {
        picture(0x0000ff, 0xff0000, 0x000000);
        ClassList classes = Drawn.CLASSES.withZeroIsUnlabelled(true).withIgnored(OptionalInt.empty());

        LabelImage mask = LabelImage.readColours(file, classes, 0x000000);

        assertThat(mask.labels()).containsExactly(1, 3, 0);
        assertThat(mask.targets(classes)).containsExactly(0, 2, -1);
    }

    @Test
    void namesAColourOfNoClassAndItsPlace() throws Exception {
        picture(0x00ff00, 0xfe0000);

        assertThatThrownBy(() -> LabelImage.readColours(file, Drawn.CLASSES))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("mask.png: colour #fe0000 at (1, 0) belongs to no class of 'scene'");
    }

    @Test
    void refusesAColourThatTwoClassesShare() throws Exception {
        picture(0x8c8c8c);

        assertThatThrownBy(() -> LabelImage.readColours(file, ClassList.named("ade20k")))
                .hasMessageContaining("belongs to the classes 'road' and 'skyscraper'");
    }

    @Test
    void namesALabelOfNoClassItsPlaceAndTheCount() throws Exception {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(2, 1, 0, 19);
        write(image);

        assertThatThrownBy(() -> LabelImage.read(file).targets(ClassList.named("cityscapes")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mask.png: label 19 at (2, 1) is no class of 'cityscapes'")
                .hasMessageContaining("whose 19 classes have the labels 0 to 18 (and 255");
    }

    @Test
    void leavesOutWhatIsIgnored() {
        LabelImage mask = LabelImage.of(3, 1, new int[] {0, 11, 10});

        assertThat(mask.map(ClassList.named("camvid")).labels()).containsExactly(0, -1, 10);
    }

    private void picture(int... colours) throws IOException {
        byte[] rgb = new byte[3 * colours.length];
        for (int i = 0; i < colours.length; i++) {
            Drawing.put(rgb, i, colours[i]);
        }
        RgbImage.of(colours.length, 1, rgb).writePng(file);
    }

    private void write(BufferedImage image) throws IOException {
        assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    }
}
