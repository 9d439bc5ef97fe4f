package io.github.dino4j.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Files of the golden reference data: the small ones in the test resources, all of them where the data is at hand. */
final class Golden {
    private Golden() {}

    /** A file or folder of the test resources, "backbone/ckpt_mlp_zip.pth". */
    static Path file(String name) {
        try {
            URL url = Objects.requireNonNull(Golden.class.getResource("/golden/" + name), name);
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static GoldenCase golden(String name) {
        return GoldenCase.read(file(name + ".json"));
    }

    /** Files of a folder of the test resources whose name fits a regular expression. */
    static List<Path> files(String folder, String regex) {
        try (Stream<Path> files = Files.list(file(folder))) {
            return files.filter(path -> path.getFileName().toString().matches(regex))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The complete data: system property dino4j.golden.home, else ../shared/golden beside the repository. */
    static Optional<Path> home() {
        String property = System.getProperty("dino4j.golden.home");
        if (property != null) {
            return Optional.of(Path.of(property)).filter(Files::isDirectory);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path shared = at.resolve("shared/golden");
            if (Files.isDirectory(shared)) {
                return Optional.of(shared);
            }
        }
        return Optional.empty();
    }

    static void assertBitEqual(String name, StoredTensor got, FloatArray expected) {
        assertThat(got.shape()).as("shape of %s", name).isEqualTo(expected.shape());
        assertThat(got.toFloats()).as("values of %s", name).isEqualTo(expected.values());
    }
}
