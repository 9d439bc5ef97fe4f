package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.export.NpyFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a {@link DepthMap} writes. */
class DepthFilesTest {
    private static final DepthMap MAP = Depths.map(3, 2, 0.5f, 1.2345f, 2, 3.25f, 0, 65.535f);

    @TempDir
    private Path folder;

    @Test
    void readsBackTheFloatsOfNpy() throws IOException {
        MAP.writeNpy(folder.resolve("depth.npy"));

        NpyFile array = NpyFile.read(folder.resolve("depth.npy"));
        assertThat(array.shape()).containsExactly(2, 3);
        assertThat(array.values()).isEqualTo(MAP.metres());
    }

    @Test
    void readsBackTheFloatsOfTiff() throws IOException {
        MAP.writeTiff(folder.resolve("depth.tif"));

        assertThat(DepthImage.read(folder.resolve("depth.tif"), 0.001).metres()).isEqualTo(MAP.metres());
    }

    @Test
    void writesTiffOfOneFloatChannelThatSaysSo() throws IOException {
        MAP.writeTiff(folder.resolve("depth.tif"));

        ByteBuffer tiff = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("depth.tif")));
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        assertThat(tag(tiff, 258)).as("bits per sample").isEqualTo(32);
        assertThat(tag(tiff, 277)).as("samples per pixel").isEqualTo(1);
        assertThat(tag(tiff, 339)).as("sample format, 3 is float").isEqualTo(3);
        assertThat(tag(tiff, 259)).as("compression, 1 is none").isEqualTo(1);
    }

    @Test
    void readsBackMillimetresOfPng() throws IOException {
        MAP.writePng16(folder.resolve("depth.png"));

        DepthImage image = DepthImage.read(folder.resolve("depth.png"), 0.001);
        assertThat(image.metres()).containsExactly(0.5f, 1.235f, 2, 3.25f, 0, 65.535f);
        assertThat(image.measured()).isEqualTo(5);
    }

    @Test
    void writesPngOfSixteenBitGrey() throws IOException {
        MAP.writePng16(folder.resolve("depth.png"));

        byte[] png = Files.readAllBytes(folder.resolve("depth.png"));
        assertThat(png[24]).as("bits").isEqualTo((byte) 16);
        assertThat(png[25]).as("colour type, 0 is grey").isEqualTo((byte) 0);
    }

    @Test
    void keepsApartNothingAndTheLeastDepthInPng() throws IOException {
        Depths.map(2, 1, 0, 0.0001f).writePng16(folder.resolve("depth.png"));

        assertThat(DepthImage.read(folder.resolve("depth.png"), 0.001).valid()).containsExactly(false, true);
    }

    @Test
    void refusesDepthThatPngCannotHoldAndNamesAUnitThatCan() throws IOException {
        DepthMap far = Depths.map(3, 1, 1, 80, 100);

        assertThatThrownBy(() -> far.writePng16(folder.resolve("far.png")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("far.png: 2 of 3 values are above 65.535 m, the greatest is 100.0 m")
                .hasMessageContaining("in units of 0.002 m");
        far.writePng16(folder.resolve("far.png"), 0.002);
        assertThat(DepthImage.read(folder.resolve("far.png"), 0.002).metres()).containsExactly(1, 80, 100);
    }

    @Test
    void refusesDepthBelowNothingInPng() {
        assertThatThrownBy(() -> Depths.map(2, 1, 1, -2).writePng16(folder.resolve("depth.png")))
                .hasMessageContaining("1 of 2 values are below 0, the least is -2.0 m")
                .hasMessageContaining("write .npy or TIFF");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void refusesAUnitOfNothing() {
        assertThatThrownBy(() -> MAP.writePng16(folder.resolve("depth.png"), 0))
                .hasMessageContaining("take 0.001 for millimetres");
    }

    @Test
    void writesPointsInMetresFromTheCentreOfTheImage() throws IOException {
        DepthMap depth = Depths.map(2, 2, 2, 0, 4, 8);

        depth.writePly(folder.resolve("cloud.ply"), Depths.photo(2, 2), 100);

        byte[] ply = Files.readAllBytes(folder.resolve("cloud.ply"));
        String text = new String(ply, StandardCharsets.ISO_8859_1);
        int start = text.indexOf("end_header\n") + "end_header\n".length();
        ByteBuffer points = ByteBuffer.wrap(ply).order(ByteOrder.LITTLE_ENDIAN).position(start);
        assertThat(text)
                .startsWith("ply\nformat binary_little_endian 1.0\n")
                .contains("comment image 2 x 2, focal length 100.0 pixels, principal point 1.0 1.0\n")
                .contains("element vertex 3\n"); // the pixel of depth 0 is none
        assertThat(points.remaining()).isEqualTo(3 * 15);
        assertPoint(points, -0.01f, -0.01f, 2, 0, 0); // half a pixel left of and above the centre, 2 m away, f 100
        assertPoint(points, -0.02f, 0.02f, 4, 0, 1);
        assertPoint(points, 0.04f, 0.04f, 8, 1, 1);
    }

    @Test
    void refusesPointsOfAPhotoOfAnotherSize() {
        assertThatThrownBy(() -> MAP.points(Depths.photo(6, 4), 100))
                .hasMessage("the depth map is 3 x 2 pixels, the photo 6 x 4; resize the map to the photo");
    }

    @Test
    void refusesPointsWithoutAFocalLength() {
        assertThatThrownBy(() -> MAP.points(Depths.photo(3, 2), 0)).hasMessageContaining("above 0, found 0.0");
    }

    @Test
    void refusesPointsOfCanopyHeight() {
        DepthMap canopy = DepthMap.of(Quantity.CANOPY_HEIGHT, 1, 1, new float[] {3});

        assertThatThrownBy(() -> canopy.points(Depths.photo(1, 1), 100))
                .hasMessage("a point cloud is made of depth, this map holds canopy height");
    }

    interface Write {
        void to(Path file) throws IOException;
    }

    static Stream<Write> everyWriter() {
        return Stream.of(
                MAP::writeNpy, MAP::writePng16, MAP::writeTiff, file -> MAP.writePly(file, Depths.photo(3, 2), 100));
    }

    @ParameterizedTest
    @MethodSource("everyWriter")
    void namesTheFileThatCannotBeWritten(Write writer) {
        Path file = folder.resolve("nowhere").resolve("depth");

        assertThatThrownBy(() -> writer.to(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ": cannot be written: no such file or folder");
    }

    @ParameterizedTest
    @MethodSource("everyWriter")
    void leavesNothingElseInTheFolder(Write writer) throws IOException {
        Path file = Files.writeString(folder.resolve("depth"), "old");

        writer.to(file);

        assertThat(folder.toFile().list()).containsExactly("depth");
        assertThat(Files.size(file)).isGreaterThan(20);
    }

    private static void assertPoint(ByteBuffer points, float x, float y, float z, int red, int green) {
        assertThat(new float[] {points.getFloat(), points.getFloat(), points.getFloat()})
                .containsExactly(x, y, z);
        assertThat(new int[] {points.get(), points.get(), points.get()}).containsExactly(red, green, 77);
    }

    /** Value of a SHORT or LONG in the first directory. */
    private static int tag(ByteBuffer tiff, int tag) {
        int at = tiff.getInt(4);
        for (int i = 0; i < tiff.getShort(at); i++) {
            int entry = at + 2 + 12 * i;
            if ((tiff.getShort(entry) & 0xffff) == tag) {
                return tiff.getShort(entry + 2) == 3 ? tiff.getShort(entry + 8) : tiff.getInt(entry + 8);
            }
        }
        return -1;
    }
}
