package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The snippets of package-info and ImageLoader, with a path that exists. */
class PackageInfoTest {

    @Test
    void readsAndTransforms() {
        Path file = Fixtures.folder().resolve("baseline420.jpg");

        RgbImage photo = ImageDecoder.standard().read(file);
        Pixels pixels = Transform.dinoV3(256).apply(photo);

        assertThat(pixels.values()).hasSize(3 * 256 * 256);
    }
}
