package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ImageLoaderTest {
    private final Path folder = Fixtures.folder();

    @Test
    void keepsTheOrderAndGoesOnAfterABadFile() {
        List<Path> paths = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            paths.add(folder.resolve(i % 3 == 0 ? "s444.jpg" : i % 3 == 1 ? "gone-" + i + ".jpg" : "rgb.png"));
        }

        List<Loaded> loaded = new ArrayList<>();
        try (ImageLoader loader = ImageLoader.open(paths, Transform.dinoV3(32), 3, 5)) {
            loader.forEachRemaining(loaded::add);
            assertThatThrownBy(loader::next).isInstanceOf(NoSuchElementException.class);
        }

        assertThat(loaded.stream().map(Loaded::path)).containsExactlyElementsOf(paths);
        for (int i = 0; i < loaded.size(); i++) {
            if (loaded.get(i) instanceof Loaded.Ok ok) {
                assertThat(ok.pixels().height()).isEqualTo(32);
                assertThat(ok.pixels().geometry().sourceWidth()).isEqualTo(61);
            } else {
                assertThat(i % 3).isEqualTo(1);
                assertThat(((Loaded.Failed) loaded.get(i)).error()).hasMessageContaining("no such file");
            }
        }
    }

    @Test
    void aTransformThatRefusesAnImageIsAFailureOfThatFile() {
        Transform crop = Transform.dinoV3().withSizing(new Sizing.CropToMultiple(50));

        try (ImageLoader loader = ImageLoader.open(List.of(folder.resolve("rgb.png")), crop, 1, 1)) {
            assertThat(loader.next())
                    .isInstanceOfSatisfying(
                            Loaded.Failed.class,
                            failed -> assertThat(failed.error())
                                    .hasMessageContaining("rgb.png: ")
                                    .hasMessageContaining("holds no patch of 50"));
        }
    }

    @Test
    void closingEarlyEndsTheWorkers() throws InterruptedException {
        List<Path> paths = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            paths.add(folder.resolve("rgb.png"));
        }
        ImageLoader loader = ImageLoader.open(paths, Transform.dinoV3(32), 2, 8);
        assertThat(loader.next()).isInstanceOf(Loaded.Ok.class);

        loader.close();
        loader.close();

        assertThat(loader.hasNext()).isFalse();
        assertThatThrownBy(loader::next)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        awaitNoWorkers();
    }

    @Test
    void workersEndByThemselvesAfterTheLastFile() throws InterruptedException {
        ImageLoader loader = ImageLoader.open(List.of(folder.resolve("rgb.png")), Transform.dinoV3(32), 4, 8);
        try (loader) {
            loader.next();
            awaitNoWorkers();
        }
    }

    @Test
    void refusesToRunWithoutThreads() {
        assertThatThrownBy(() -> ImageLoader.open(List.of(), Transform.dinoV3(), 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1 thread");
    }

    @Test
    void anEmptyListIsAnEmptyLoader() {
        try (ImageLoader loader = ImageLoader.open(List.of(), Transform.dinoV3(), 1, 1)) {
            assertThat(loader.hasNext()).isFalse();
        }
    }

    private static void awaitNoWorkers() throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (System.nanoTime() < end
                && Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(t -> Objects.requireNonNull(t.getName()).startsWith("dino4j-images-"))) {
            Thread.sleep(10);
        }
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("dino4j-images-")))
                .isEmpty();
    }
}
