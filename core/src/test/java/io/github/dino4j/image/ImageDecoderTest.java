package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(Fixtures.folder())) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".ppm"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void readsThePixelsThatTheReferenceReads(String name) throws IOException {
        RgbImage image = ImageDecoder.standard().read(Fixtures.folder().resolve(name));

        assertThat(Fixtures.difference(image, Fixtures.expected(name))).isEqualTo("equal");
    }

    @Test
    void goesByContentNotByExtension() throws IOException {
        RgbImage image = ImageDecoder.standard().read(Fixtures.bytes("rgb.png"), "holiday.jpg");

        assertThat(Fixtures.difference(image, Fixtures.expected("rgb.png"))).isEqualTo("equal");
    }

    @Test
    void readsStreams() throws IOException {
        RgbImage image = ImageDecoder.standard().read(new ByteArrayInputStream(Fixtures.bytes("grey.jpg")), "upload");

        assertThat(Fixtures.difference(image, Fixtures.expected("grey.jpg"))).isEqualTo("equal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exif6.jpg", "exif6.png", "exif6.webp", "orient6.tif"})
    void leavesTheImageAsStoredWhenOrientationIsIgnored(String name) throws IOException {
        ImageDecoder decoder = ImageDecoder.with(ImageDecoder.Options.standard().withOrientation(Orientation.IGNORE));

        RgbImage image = decoder.read(Fixtures.bytes(name), name);

        assertThat(image.width()).isEqualTo(24);
        assertThat(image.height()).isEqualTo(16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgba.png", "palette_trns.png", "lossless_alpha.webp", "rgba.tif", "transparent.gif"})
    void laysTransparencyOverTheBackground(String name) throws IOException {
        var options = ImageDecoder.Options.standard();
        RgbImage dropped = ImageDecoder.with(options).read(Fixtures.bytes(name), name);
        RgbImage black = ImageDecoder.with(options.withBackground(0)).read(Fixtures.bytes(name), name);
        RgbImage white = ImageDecoder.with(options.withBackground(0xffffff)).read(Fixtures.bytes(name), name);

        int moved = 0;
        for (int i = 0; i < dropped.rgb().length; i++) {
            int colour = dropped.rgb()[i] & 0xff;
            assertThat(black.rgb()[i] & 0xff).isLessThanOrEqualTo(colour);
            assertThat(white.rgb()[i] & 0xff).isGreaterThanOrEqualTo(colour);
            moved += (white.rgb()[i] & 0xff) > colour ? 1 : 0;
        }
        assertThat(moved).isPositive();
    }

    @Test
    void compositesExactly() throws IOException {
        var options = ImageDecoder.Options.standard().withBackground(0x204080);
        RgbImage image = ImageDecoder.with(options).read(Fixtures.bytes("rgba.png"), "rgba.png");
        RgbImage colours = Fixtures.expected("rgba.png");

        int alpha = 10 * 4 + 20; // the fixture's alpha is min(255, 4 x + y)
        long red = Math.round(((colours.pixel(10, 20) >> 16) * alpha + 0x20 * (255 - alpha)) / 255.0);
        assertThat(image.pixel(10, 20) >> 16).isEqualTo((int) red);
        assertThat(image.pixel(0, 0)).isEqualTo(0x204080);
    }

    @Test
    void decodersShareNothing() throws Exception {
        List<String> names = files();
        List<String> differences = names.parallelStream()
                .map(name -> {
                    try {
                        return Fixtures.difference(
                                ImageDecoder.standard().read(Fixtures.bytes(name), name), Fixtures.expected(name));
                    } catch (IOException e) {
                        return name + ": " + e;
                    }
                })
                .filter(text -> !text.equals("equal"))
                .toList();

        assertThat(differences).isEmpty();
    }
}
