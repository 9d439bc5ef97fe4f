package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.export.NpyFile;
import io.github.dino4j.image.ImageException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DepthImageTest {
    @TempDir
    private Path folder;

    @Test
    void takesNothingNegativeAndNotFiniteAsNotMeasured() {
        DepthImage image = DepthImage.of(
                6, 1, new float[] {1, 0, -3, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY});

        assertThat(image.valid()).containsExactly(true, false, false, false, false, false);
        assertThat(image.metres()).containsExactly(1, 0, 0, 0, 0, 0);
        assertThat(image.measured()).isEqualTo(1);
    }

    @Test
    void leavesOutWhatAMaskLeavesOut() {
        DepthImage image = DepthImage.of(3, 1, new float[] {1, 2, 0}).masked(new boolean[] {false, true, true});

        assertThat(image.metres()).containsExactly(0, 2, 0);
    }

    @Test
    void refusesAPhotoOfAnotherSize() {
        DepthImage image = DepthImage.of(3, 2, new float[6]);

        assertThatThrownBy(() -> image.requireSizeOf(Depths.photo(6, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the depth image is 3 x 2 pixels, its photo 6 x 4;");
        assertThat(image.requireSizeOf(Depths.photo(3, 2))).isSameAs(image);
    }

    @Test
    void drawsGreyWhereNothingWasMeasured() {
        DepthImage image = DepthImage.of(2, 1, new float[] {1, 0});

        DepthScale scale = Depths.ramp(4, 1).scale();

        assertThat(image.coloured(scale).pixel(0, 0)).isEqualTo(scale.rgb(1));
        assertThat(image.coloured(scale).pixel(1, 0)).isEqualTo(0x808080);
    }

    @Test
    void scalesItsColoursByWhatWasMeasured() {
        DepthImage image = DepthImage.of(4, 1, new float[] {0, 2, 2, 0});

        assertThat(image.scale().low()).isEqualTo(2);
        assertThat(image.coloured().pixel(0, 0)).isEqualTo(0x808080);
    }

    @Test
    void readsSixteenBitsOfPngInItsUnit() throws IOException {
        Path file = grey16("kitti.png", "png", 1, 256, 65535, 0);

        assertThat(DepthImage.read(file, 1 / 256.0).metres()).containsExactly(1 / 256f, 1, 65535 / 256f, 0);
    }

    @Test
    void readsSixteenBitsOfTiffInItsUnit() throws IOException {
        Path file = grey16("depth.tif", "tiff", 1000, 2000, 65535, 0);

        assertThat(DepthImage.read(file, 0.001).metres()).containsExactly(1, 2, 65.535f, 0);
    }

    @ParameterizedTest
    @CsvSource({"<f4, 4", ">f4, 4", "<f8, 8", ">f8, 8"})
    void readsFloatsOfNpyInMetresWhateverTheUnit(String dtype, int bytes) throws IOException {
        ByteBuffer values = ByteBuffer.allocate(2 * bytes);
        values.order(dtype.startsWith("<") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        for (float value : new float[] {1.5f, Float.NaN}) {
            if (bytes == 4) {
                values.putFloat(value);
            } else {
                values.putDouble(value);
            }
        }

        DepthImage image = DepthImage.read(npy(dtype, false, "(1, 2)", values.array()), 0.001);

        assertThat(image.metres()).containsExactly(1.5f, 0);
    }

    @Test
    void refusesNpyOfWholeNumbers() throws IOException {
        Path file = npy("<u2", false, "(1, 2)", new byte[4]);

        assertThatThrownBy(() -> DepthImage.read(file, 0.001))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("dtype '<u2', wanted are float32 or float64");
    }

    @Test
    void refusesNpyInFortranOrder() throws IOException {
        Path file = npy("<f4", true, "(1, 2)", new byte[8]);

        assertThatThrownBy(() -> DepthImage.read(file, 0.001)).hasMessageContaining("numpy.ascontiguousarray");
    }

    @Test
    void refusesNpyOfAnotherShapeThanHeightAndWidth() throws IOException {
        Path file = folder.resolve("batch.npy");
        NpyFile.write(file, new float[6], 1, 2, 3);

        assertThatThrownBy(() -> DepthImage.read(file, 0.001))
                .hasMessageContaining("batch.npy: an array of [1, 2, 3], wanted is [height, width]");
    }

    @Test
    void refusesNpyThatEndsEarly() throws IOException {
        Path file = npy("<f4", false, "(1, 2)", new byte[7]);

        assertThatThrownBy(() -> DepthImage.read(file, 0.001))
                .hasMessageContaining("the shape [1, 2] needs 2 values, the file holds 7 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_4BYTE_ABGR})
    void refusesPicturesOfDepth(int type) throws IOException {
        Path file = folder.resolve("picture.png");
        ImageIO.write(new BufferedImage(4, 3, type), "png", file.toFile());

        assertThatThrownBy(() -> DepthImage.read(file, 0.001))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("a PNG of 8-bit")
                .hasMessageContaining("depth is read from 16-bit grey PNG");
    }

    @Test
    void refusesATiffOfColours() throws IOException {
        Path file = folder.resolve("picture.tif");
        ImageIO.write(new BufferedImage(4, 3, BufferedImage.TYPE_3BYTE_BGR), "tiff", file.toFile());

        assertThatThrownBy(() -> DepthImage.read(file, 0.001))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("a TIFF of 3 channels of 8 bits");
    }

    @Test
    void refusesATiffOfDifferences() throws IOException {
        Path file = Files.write(folder.resolve("differences.tif"), tiffOfDifferences());

        assertThatThrownBy(() -> DepthImage.read(file, 0.001))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("save it again without a predictor");
    }

    @Test
    void refusesHalfAPng() throws IOException {
        Path file = folder.resolve("depth.png");
        Depths.ramp(60, 40).writePng16(file);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));

        assertThatThrownBy(() -> DepthImage.read(file, 0.001))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("depth.png: the PNG is cut off or damaged");
    }

    @Test
    void refusesAPngWithAFlippedBit() throws IOException {
        Path file = folder.resolve("depth.png");
        Depths.ramp(60, 40).writePng16(file);
        byte[] png = Files.readAllBytes(file);
        png[png.length - 20] ^= 1;
        Files.write(file, png);

        assertThatThrownBy(() -> DepthImage.read(file, 0.001)).hasMessageContaining("the checksum of the part at byte");
    }

    @Test
    void refusesHalfATiff() throws IOException {
        Path file = folder.resolve("depth.tif");
        Depths.ramp(60, 40).writeTiff(file);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));

        assertThatThrownBy(() -> DepthImage.read(file, 0.001))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("depth.tif");
    }

    @Test
    void refusesWhatIsNoDepthFile() throws IOException {
        Path file = Files.writeString(folder.resolve("depth.txt"), "1 2 3");

        assertThatThrownBy(() -> DepthImage.read(file, 0.001))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("depth.txt: neither PNG, TIFF nor .npy by its first bytes");
    }

    @Test
    void namesAFileThatIsMissing() {
        assertThatThrownBy(() -> DepthImage.read(folder.resolve("none.png"), 0.001))
                .isInstanceOf(ImageException.class)
                .hasMessageEndingWith("none.png: cannot be read: no such file or folder");
    }

    private Path grey16(String name, String format, int... units) throws IOException {
        BufferedImage image = new BufferedImage(units.length, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setPixels(0, 0, units.length, 1, units);
        Path file = folder.resolve(name);
        ImageIO.write(image, format, file.toFile());
        return file;
    }

    private Path npy(String dtype, boolean fortran, String shape, byte[] values) throws IOException {
        String header = "{'descr': '" + dtype + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': "
                + shape + ", }\n";
        ByteBuffer file =
                ByteBuffer.allocate(10 + header.length() + values.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        file.put((byte) 1).put((byte) 0).putShort((short) header.length());
        file.put(header.getBytes(StandardCharsets.US_ASCII)).put(values);
        return Files.write(folder.resolve("depth.npy"), file.array());
    }

    /** 16 bits of 2 x 1 pixels without compression, predictor 2. */
    private static byte[] tiffOfDifferences() {
        int[][] tags = {
            {256, 2}, {257, 1}, {258, 16}, {259, 1}, {262, 1}, {273, 8}, {277, 1}, {278, 1}, {279, 4}, {317, 2}
        };
        ByteBuffer tiff = ByteBuffer.allocate(8 + 4 + 2 + 12 * tags.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        tiff.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(12);
        tiff.putShort((short) 1000).putShort((short) 1);
        tiff.putShort((short) tags.length);
        for (int[] tag : tags) {
            tiff.putShort((short) tag[0]).putShort((short) 3).putInt(1).putInt(tag[1]);
        }
        return tiff.array();
    }
}
