package io.github.dino4j.image;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Scanner;

/** Test images and what the reference decoders (Pillow 9.4, libjpeg-turbo 2.1.5, libwebp 1.2.4) made of them. */
final class Fixtures {
    private Fixtures() {}

    static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(Fixtures.class.getResource("/images"), "test images")
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(folder().resolve(name));
    }

    static RgbImage expected(String name) throws IOException {
        return ppm(folder().resolve("expected/" + name.replace('.', '_') + ".ppm"));
    }

    /** A binary PPM with the plain header that Pillow writes: P6, width, height, 255, each once. */
    static RgbImage ppm(Path file) throws IOException {
        byte[] data = Files.readAllBytes(file);
        Scanner header = new Scanner(new String(data, 0, Math.min(20, data.length), StandardCharsets.ISO_8859_1))
                .useDelimiter("\\s");
        header.next();
        int width = header.nextInt();
        int height = header.nextInt();
        return RgbImage.of(width, height, Arrays.copyOfRange(data, data.length - 3 * width * height, data.length));
    }

    /** A text such as "61 x 43: 12 of 7869 values differ, by at most 3", or "equal". */
    static String difference(RgbImage got, RgbImage wanted) {
        if (got.width() != wanted.width() || got.height() != wanted.height()) {
            return "got " + got + ", wanted " + wanted;
        }
        int count = 0;
        int worst = 0;
        for (int i = 0; i < got.rgb().length; i++) {
            int error = Math.abs((got.rgb()[i] & 0xff) - (wanted.rgb()[i] & 0xff));
            count += error > 0 ? 1 : 0;
            worst = Math.max(worst, error);
        }
        return count == 0
                ? "equal"
                : count + " of " + got.rgb().length + " values of " + got + " differ, by at most " + worst;
    }
}
