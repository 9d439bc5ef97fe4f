package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnimatedGifTest {
    @TempDir
    private Path folder;

    private static RgbImage plain(int colour) {
        byte[] rgb = new byte[3 * 6 * 4];
        for (int i = 0; i < rgb.length; i += 3) {
            Rasters.put(rgb, i, colour | 0xff000000, new Alpha.Drop());
        }
        return RgbImage.of(6, 4, rgb);
    }

    private Path written(int... colours) throws IOException {
        Path file = folder.resolve("video.gif");
        try (GifWriter gif = new GifWriter(file, 7)) {
            for (int colour : colours) {
                gif.add(plain(colour));
            }
            gif.finish();
        }
        return file;
    }

    @Test
    void readsWhatWasWritten() throws IOException {
        Path file = written(0x202020, 0xff8000, 0x0000ff);

        AnimatedGif read = AnimatedGif.read(file);

        assertThat(read.frames().stream().map(frame -> frame.pixel(5, 3)))
                .containsExactly(0x202020, 0xff8000, 0x0000ff);
        assertThat(read.hundredths()).isEqualTo(List.of(7, 7, 7));
        assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
                .contains("NETSCAPE2.0");
    }

    @Test
    void leavesNothingOfAFileThatWasNotFinished() throws IOException {
        try (GifWriter gif = new GifWriter(folder.resolve("half.gif"), 10)) {
            gif.add(plain(0));
        }

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void laysFramesOverWhatIsLeftOfThoseBefore() {
        // 2 x 1 pixels, colours black, white, red, green: white everywhere; red at (1, 0), taken away again; green at
        // (0, 0)
        byte[] gif = bytes(
                "474946383961 0200 0100 910000 000000 FFFFFF FF0000 00FF00",
                "21F904 04 0000 00 00 2C 0000 0000 0200 0100 00 02 02 4C 0A 00",
                "21F904 0C 0000 00 00 2C 0100 0000 0100 0100 00 02 02 54 01 00",
                "21F904 04 0000 00 00 2C 0000 0000 0100 0100 00 02 02 5C 01 00 3B");

        AnimatedGif read = readBytes(gif);

        assertThat(pixels(read, 0)).containsExactly(0xffffff, 0xffffff);
        assertThat(pixels(read, 1)).containsExactly(0xffffff, 0xff0000);
        assertThat(pixels(read, 2)).containsExactly(0x00ff00, 0xffffff);
    }

    @Test
    void refusesAFileThatIsCutShort() throws IOException {
        Path file = written(0x202020, 0xff8000);
        byte[] all = Files.readAllBytes(file);
        Path cut = Files.write(folder.resolve("cut.gif"), java.util.Arrays.copyOf(all, 11));

        assertThatThrownBy(() -> AnimatedGif.read(cut))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("cut.gif");
    }

    @Test
    void refusesAnotherFormat() throws IOException {
        Path file = folder.resolve("video.gif");
        plain(0).writePng(file);

        assertThatThrownBy(() -> AnimatedGif.read(file))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("folder of frames");
    }

    private AnimatedGif readBytes(byte[] data) {
        try {
            return AnimatedGif.read(Files.write(folder.resolve("bytes.gif"), data));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int[] pixels(AnimatedGif gif, int frame) {
        return new int[] {
            gif.frames().get(frame).pixel(0, 0), gif.frames().get(frame).pixel(1, 0)
        };
    }

    private static byte[] bytes(String... hex) {
        return java.util.HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    }
}
