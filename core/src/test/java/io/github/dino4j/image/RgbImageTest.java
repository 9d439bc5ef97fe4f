package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RgbImageTest {
    private final RgbImage image = RgbImage.of(2, 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, (byte) 250, 0, (byte) 255});

    @Test
    void packsAPixel() {
        assertThat(image.pixel(0, 0)).isEqualTo(0x010203);
        assertThat(image.pixel(1, 1)).isEqualTo(0xfa00ff);
        assertThatThrownBy(() -> image.pixel(2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void refusesBytesThatDoNotFit() {
        assertThatThrownBy(() -> RgbImage.of(2, 2, new byte[11]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an image of 2 x 2 pixels has 12 bytes, found 11");
        assertThatThrownBy(() -> RgbImage.of(0, 2, new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cropsInsideOnly() {
        assertThat(image.crop(1, 0, 1, 2).rgb()).containsExactly(4, 5, 6, -6, 0, -1);
        assertThatThrownBy(() -> image.crop(1, 0, 2, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void goesThroughJava2DUnchanged() {
        assertThat(RgbImage.fromBufferedImage(image.toBufferedImage()).rgb()).isEqualTo(image.rgb());
    }

    @Test
    void takesGreyAsItIsStored() {
        BufferedImage grey = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(0, 0, 0, 100);

        assertThat(RgbImage.fromBufferedImage(grey).pixel(0, 0)).isEqualTo(0x646464); // getRGB says 0xa8a8a8
    }

    @Test
    void takesPackedAndTranslucentImages() {
        for (int type :
                new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_INT_BGR}) {
            BufferedImage packed = new BufferedImage(1, 1, type);
            packed.setRGB(0, 0, 0xff102030);
            assertThat(RgbImage.fromBufferedImage(packed).pixel(0, 0)).isEqualTo(0x102030);
        }
    }

    @Test
    void writesAPngAndLeavesNothingElse(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("out.png");

        image.writePng(file);
        image.writePng(file);

        assertThat(ImageDecoder.standard().read(file).rgb()).isEqualTo(image.rgb());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }
}
