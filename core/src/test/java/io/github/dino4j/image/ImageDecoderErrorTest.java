package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderErrorTest {
    private static final ImageDecoder DECODER = ImageDecoder.standard();

    static List<String> files() throws IOException {
        return ImageDecoderTest.files();
    }

    @Test
    void refusesAnEmptyFile() {
        assertThatThrownBy(() -> DECODER.read(new byte[0], "photo.jpg"))
                .isInstanceOf(ImageException.class)
                .hasMessage("photo.jpg: the file is empty (0 bytes). Copy or download it again.");
    }

    @Test
    void namesAMissingFileAndAFolder(@TempDir Path folder) {
        assertThatThrownBy(() -> DECODER.read(folder.resolve("no.jpg")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("no.jpg: no such file");
        assertThatThrownBy(() -> DECODER.read(folder))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("this is a folder");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "....ftypheic........            | no decoder for HEIC",
                "....ftypavif........            | no decoder for AVIF",
                "....ftypmp42........            | no decoder for a movie (MP4/MOV)",
                "<?xml version='1.0'?><svg></svg>| no decoder for SVG",
                "%PDF-1.7                        | no decoder for PDF",
                "8BPS....                        | no decoder for Photoshop PSD",
                "P6 2 2 255                      | no decoder for PBM/PGM/PPM",
                "<!DOCTYPE html><p>404           | no image: this is an HTML page",
                "dear diary                      | no image: this is text",
                "BMP is also how this text starts| no image: this is text"
            })
    void namesWhatItCannotRead(String content, String found) {
        assertThatThrownBy(() -> DECODER.read(content.getBytes(StandardCharsets.ISO_8859_1), "photo.jpg"))
                .isInstanceOf(ImageException.class)
                .hasMessage("photo.jpg: " + found
                        + " (JPEG, PNG, WebP, TIFF, BMP, GIF can be read). Convert it, or pass --skip-unreadable.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "baseline420.jpg",
                "progressive422.jpg",
                "restart.jpg",
                "grey.jpg",
                "cmyk.jpg",
                "rgb.png",
                "grey16.png",
                "interlaced_rgb.png",
                "palette8.png",
                "lossy.webp",
                "lossless.webp",
                "animated.webp",
                "rgb_raw.tif",
                "rgb_tiff_lzw.tif",
                "rgb.bmp",
                "still.gif"
            })
    void refusesAPictureThatIsCutShort(String name) throws IOException {
        byte[] data = Fixtures.bytes(name);

        for (double share : new double[] {0.9, 0.6, 0.3}) {
            byte[] cut = Arrays.copyOf(data, (int) (data.length * share));
            assertThatThrownBy(() -> DECODER.read(cut, name))
                    .as("%s cut to %s", name, share)
                    .isInstanceOf(ImageException.class)
                    .hasMessageStartingWith(name + ": ");
        }
    }

    @Test
    void refusesAJpegWithoutItsLastBytes() throws IOException {
        byte[] data = Fixtures.bytes("baseline420.jpg");

        assertThatThrownBy(() -> DECODER.read(Arrays.copyOf(data, data.length - 40), "cut.jpg"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("cut.jpg: JPEG cut short");
    }

    @Test
    void toleratesStrayBytesBeforeAJpegMarkerAsLibjpegDoes() throws IOException {
        byte[] data = Fixtures.bytes("baseline420.jpg");
        byte[] stray = Arrays.copyOf(data, data.length + 3);
        stray[data.length - 2] = 17;
        stray[data.length - 1] = 4;
        stray[data.length] = 0;
        stray[data.length + 1] = (byte) 0xff;
        stray[data.length + 2] = (byte) 0xd9;

        assertThat(Fixtures.difference(DECODER.read(stray, "stray.jpg"), Fixtures.expected("baseline420.jpg")))
                .isEqualTo("equal");
    }

    @ParameterizedTest
    @MethodSource("files")
    void aDamagedFileEndsInAnImageExceptionOrAnImage(String name) throws IOException {
        byte[] data = Fixtures.bytes(name);
        Random random = new Random(name.hashCode());
        ImageDecoder decoder = ImageDecoder.with(ImageDecoder.Options.standard().withMaxPixels(1_000_000));

        for (int trial = 0; trial < 60; trial++) {
            byte[] damaged = trial % 2 == 0 ? data.clone() : Arrays.copyOf(data, 1 + random.nextInt(data.length));
            for (int i = 0; i < 1 + trial % 5; i++) {
                int range = trial % 3 == 0 ? damaged.length : Math.min(damaged.length, 200);
                damaged[random.nextInt(range)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(decoder.read(damaged, name).rgb()).isNotEmpty();
            } catch (ImageException e) {
                assertThat(e.getMessage()).startsWith(name + ": ");
            }
        }
    }

    @Test
    void refusesAPngBombByItsHeader() {
        byte[] bomb = png(30_000, 30_000);

        long start = System.nanoTime();
        assertThatThrownBy(() -> DECODER.read(bomb, "bomb.png"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(
                        "bomb.png: the header says 30000 x 30000 = 900,000,000 pixels, the limit is 178,956,970");
        assertThat(System.nanoTime() - start).isLessThan(500_000_000L);
    }

    @Test
    void aSmallFileThatClaimsALargeImageCostsNoMemoryBeforeItFails() {
        assertThatThrownBy(() -> DECODER.read(png(13_000, 13_000), "hollow.png"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("hollow.png: PNG cut short, 47 bytes cannot hold 507000000 bytes of samples");
        assertThatThrownBy(() -> DECODER.read(png(-1, 2), "negative.png")).isInstanceOf(ImageException.class);
        assertThatThrownBy(() -> DECODER.read(png(0, 2), "zero.png"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("0 x 2");
    }

    @ParameterizedTest
    @MethodSource("files")
    void keepsTheLimitInEveryFormat(String name) throws IOException {
        ImageDecoder decoder = ImageDecoder.with(ImageDecoder.Options.standard().withMaxPixels(5));

        assertThatThrownBy(() -> decoder.read(Fixtures.bytes(name), name))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("the limit is 5");
    }

    @Test
    void noticesAWrongPngChecksum() throws IOException {
        byte[] data = Fixtures.bytes("rgb.png");
        data[data.length - 30] ^= 1;

        assertThatThrownBy(() -> DECODER.read(data, "rot.png"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("rot.png: damaged PNG, the checksum of chunk 'IDAT' is wrong");
    }

    @Test
    void refusesLimitsThatNoArrayHolds() {
        assertThatThrownBy(() -> ImageDecoder.Options.standard().withMaxPixels(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImageDecoder.Options.standard().withMaxPixels(1L << 40))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesALosslessJpeg() throws IOException {
        byte[] data = Fixtures.bytes("s444.jpg");
        for (int i = 0; i < data.length - 1; i++) {
            if ((data[i] & 0xff) == 0xff && (data[i + 1] & 0xff) == 0xc0) {
                data[i + 1] = (byte) 0xc3;
                break;
            }
        }

        assertThatThrownBy(() -> DECODER.read(data, "scan.jpg"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("lossless JPEG");
    }

    @Test
    void readsAFileWhoseTextChunkIsBroken(@TempDir Path folder) throws IOException {
        byte[] data = Fixtures.bytes("rgb.png");
        byte[] text = chunk("iTXt", "no terminators at all".getBytes(StandardCharsets.US_ASCII));
        ByteBuffer file = ByteBuffer.allocate(data.length + text.length);
        file.put(data, 0, 33).put(text).put(data, 33, data.length - 33);
        Path path = Files.write(folder.resolve("text.png"), file.array());

        assertThat(Fixtures.difference(DECODER.read(path), Fixtures.expected("rgb.png")))
                .isEqualTo("equal");
    }

    private static byte[] png(int width, int height) {
        byte[] header = chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put(new byte[] {8, 2, 0, 0, 0})
                        .array());
        byte[] data = chunk("IDAT", new byte[] {0x78, 1});
        return ByteBuffer.allocate(8 + header.length + data.length)
                .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})
                .put(header)
                .put(data)
                .array();
    }

    private static byte[] chunk(String type, byte[] data) {
        CRC32 crc = new CRC32();
        crc.update(type.getBytes(StandardCharsets.US_ASCII));
        crc.update(data);
        return ByteBuffer.allocate(12 + data.length)
                .putInt(data.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(data)
                .putInt((int) crc.getValue())
                .array();
    }
}
