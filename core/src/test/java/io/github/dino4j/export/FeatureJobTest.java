package io.github.dino4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Resampling;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureJobTest {
    private static final Transform KEEP =
            Transform.dinoV3().withSizing(new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, 48, 16));

    @TempDir
    private Path folder;

    private final List<Path> images = new ArrayList<>();

    /** Eleven images of two sizes, one of them damaged. */
    @BeforeEach
    void images() throws IOException {
        for (int i = 0; i < 11; i++) {
            Path image = folder.resolve("image-" + i + ".png");
            TinyModel.picture(i % 4 == 3 ? 60 : 90, 50, i).writePng(image);
            images.add(image);
        }
        Files.write(images.get(5), new byte[0]);
    }

    /** As a process that is killed after some images. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static FeatureJob.Listener killAfter(int count) {
        return new FeatureJob.Listener() {
            private int seen;

            @Override
            public void encoded(Path image, int rows, int columns) {
                if (++seen == count) {
                    throw new Killed();
                }
            }
        };
    }

    private static FeatureJob job(Model model, FeatureKind kind) {
        return new FeatureJob(model, KEEP, kind, FeatureJob.Options.DEFAULT.withBatch(2));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 6, 10})
    void givesTheSameBytesAfterAnInterruption(int kill) throws IOException {
        Path whole = folder.resolve("whole.safetensors");
        Path broken = folder.resolve("broken.safetensors");
        try (Model model = TinyModel.random()) {
            FeatureJob job = job(model, FeatureKind.DENSE);
            job.run(images, whole, FeatureJob.Listener.NONE);

            assertThatThrownBy(() -> job.run(images, broken, killAfter(kill))).isInstanceOf(Killed.class);
            Files.write(partial(broken, ""), new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
            Files.writeString(partial(broken, ".jsonl"), "{\"next\":99,\"rows\":[[", StandardOpenOption.APPEND);
            FeatureJob.Summary summary = job.run(images, broken, FeatureJob.Listener.NONE);

            assertThat(summary.resumed()).isPositive();
            assertThat(summary.written()).isEqualTo(10);
            assertThat(summary.failed())
                    .singleElement()
                    .satisfies(f -> assertThat(f.image()).isEqualTo(images.get(5)));
        }
        assertThat(broken).hasSameBinaryContentAs(whole);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void refusesToGoOnWithAnotherJob() throws IOException {
        Path output = folder.resolve("f.npy");
        try (Model model = TinyModel.random();
                Model other = Model.random(TinyModel.CONFIG, 2)) {
            assertThatThrownBy(() -> job(model, FeatureKind.CLS).run(images, output, killAfter(4)))
                    .isInstanceOf(Killed.class);

            assertThatThrownBy(() -> job(model, FeatureKind.MEAN_PATCH).run(images, output, FeatureJob.Listener.NONE))
                    .isInstanceOf(ExportException.class)
                    .hasMessageContainingAll("f.npy.partial.jsonl", "kind was 'cls' and is 'mean-patch'", "--restart");
            assertThatThrownBy(() -> job(other, FeatureKind.CLS).run(images, output, FeatureJob.Listener.NONE))
                    .hasMessageContaining("weights was");
            assertThatThrownBy(() ->
                            job(model, FeatureKind.CLS).run(images.subList(1, 9), output, FeatureJob.Listener.NONE))
                    .hasMessageContaining("list was");
            assertThatThrownBy(() -> new FeatureJob(
                                    model, Transform.dinoV3(64), FeatureKind.CLS, FeatureJob.Options.DEFAULT)
                            .run(images, output, FeatureJob.Listener.NONE))
                    .hasMessageContaining("transform was");

            assertThatThrownBy(() -> new FeatureJob(
                                    model,
                                    KEEP.withResampling(Resampling.FAST),
                                    FeatureKind.CLS,
                                    FeatureJob.Options.DEFAULT)
                            .run(images, output, FeatureJob.Listener.NONE))
                    .hasMessageContaining("transform was")
                    .hasMessageContaining("fast");

            FeatureJob restart =
                    new FeatureJob(model, KEEP, FeatureKind.MEAN_PATCH, FeatureJob.Options.DEFAULT.withRestart(true));
            assertThat(restart.run(images, output, FeatureJob.Listener.NONE).written())
                    .isEqualTo(10);
        }
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void givesEachImageItsOwnRowInOrder() {
        Path output = folder.resolve("f.safetensors");
        try (Model model = TinyModel.random()) {
            job(model, FeatureKind.CLS).run(images, output, FeatureJob.Listener.NONE);

            float[] rows = Safetensors.open(output).get("features").toFloats();
            int row = 0;
            for (Path image : images) {
                if (image != images.get(5)) { // the damaged one
                    Pixels pixels = KEEP.apply(ImageDecoder.standard().read(image));
                    float[] expected = model.features(List.of(pixels)).get(0).embedding();
                    assertThat(Arrays.copyOfRange(rows, row * expected.length, (row + 1) * expected.length))
                            .containsExactly(expected, Assertions.offset(1e-5f));
                    row++;
                }
            }
            assertThat(rows).hasSize(row * model.config().dim());
        }
    }

    @Test
    void passesOnAFailureOfTheModelAndLeavesNoThread() throws IOException, InterruptedException {
        try (Model model = TinyModel.random()) {
            FeatureJob.Listener closes = new FeatureJob.Listener() {
                @Override
                public void begins(int count, int done) {
                    model.close();
                }
            };

            assertThatThrownBy(() -> job(model, FeatureKind.CLS).run(images, folder.resolve("f.npy"), closes))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is closed");
        }
        assertThat(leftovers()).isEmpty();
        assertThat(streamThreadsAfterASecond()).isZero();
    }

    /** Nanoseconds that pass between two looks at it: a trial looks at the start and the end of each of its turns. */
    private static LongSupplier clock(long... turns) {
        AtomicInteger looks = new AtomicInteger();
        AtomicLong now = new AtomicLong();
        return () -> {
            int look = looks.getAndIncrement();
            return look % 2 == 0 ? now.get() : now.addAndGet(turns[look / 2]);
        };
    }

    /** The turns have 2, 1, 2, 2 and 1 streams; the first one warms up. */
    @ParameterizedTest
    @CsvSource({"100, 80, 2", "80, 100, 1"})
    void aLongJobKeepsTheNumberOfStreamsThatItsFirstBatchesWereFasterWith(long one, long two, int kept) {
        assumeTrue(Precision.FLOAT32.supported(), "this processor has no kernels to pack for");
        List<Path> many =
                Collections.nCopies(10, images).stream().flatMap(List::stream).toList(); // in batches of one: 110
        Path measured = folder.resolve("measured.npy");
        Path fixed = folder.resolve("fixed.npy");
        List<StreamChoice> told = new ArrayList<>();
        FeatureJob.Listener listener = new FeatureJob.Listener() {
            @Override
            public void streams(StreamChoice choice) {
                told.add(choice);
            }
        };
        int threads = Engine.threads();
        Engine.threads(2);
        try (Model model = TinyModel.random()) {
            FeatureJob.Options single = FeatureJob.Options.DEFAULT.withBatch(1);

            FeatureJob.Summary summary = new FeatureJob(
                            model, KEEP, FeatureKind.CLS, single, clock(5, one, two, two, one))
                    .run(many, measured, listener);
            FeatureJob.Summary asked = new FeatureJob(model, KEEP, FeatureKind.CLS, single.withStreams(1))
                    .run(many, fixed, FeatureJob.Listener.NONE);

            assertThat(summary.streams().count()).isEqualTo(kept);
            assertThat(told).containsExactly(summary.streams());
            assertThat(asked.streams()).isEqualTo(new StreamChoice(1, "asked for"));
        } finally {
            Engine.threads(threads);
        }
        assertThat(measured).hasSameBinaryContentAs(fixed);
    }

    @Test
    void aShortJobMeasuresNothing() {
        try (Model model = TinyModel.random()) {
            FeatureJob job = new FeatureJob(model, KEEP, FeatureKind.CLS, FeatureJob.Options.DEFAULT, () -> {
                throw new AssertionError("a look at the clock");
            });

            assertThat(job.run(images, folder.resolve("f.npy"), FeatureJob.Listener.NONE)
                            .streams()
                            .reason())
                    .isEqualTo("usual");
        }
    }

    /** A thread that was told to end needs a moment to do so. */
    private static long streamThreadsAfterASecond() throws InterruptedException {
        long left = 0;
        for (int wait = 0; wait < 100; wait++) {
            left = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("dino4j-stream"))
                    .count();
            if (left == 0) {
                return 0;
            }
            Thread.sleep(10);
        }
        return left;
    }

    @Test
    void twoRunsDoNotWriteOneOutput() {
        Path output = folder.resolve("f.npy");
        try (Model model = TinyModel.random()) {
            FeatureJob job = job(model, FeatureKind.CLS);
            FeatureJob.Listener second = new FeatureJob.Listener() {
                @Override
                public void begins(int count, int done) {
                    job.run(images, output, FeatureJob.Listener.NONE);
                }
            };

            assertThatThrownBy(() -> job.run(images, output, second))
                    .isInstanceOf(ExportException.class)
                    .hasMessageContaining("another run is writing");
        }
    }

    private static Path partial(Path output, String ending) {
        return output.resolveSibling(output.getFileName() + ".partial" + ending);
    }

    /** Files that a finished job must not leave. */
    private List<String> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::getFileName)
                    .map(String::valueOf)
                    .filter(name -> name.contains("partial") || name.contains("tmp"))
                    .toList();
        }
    }
}
