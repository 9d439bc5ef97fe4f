package io.github.dino4j.benchmarks;

import io.github.dino4j.bench.RoundRobin;
import io.github.dino4j.bench.Times;
import io.github.dino4j.export.FeatureJob;
import io.github.dino4j.export.FeatureKind;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Resampling;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;

/**
 * Images a second from a folder of JPEGs (decoding, resizing, the model, writing: what {@code dino4j features} does)
 * against the model alone on ready images, in turns.
 *
 * <p>Decoding is work for the same cores. Where the model alone keeps all of them busy, the folder's rate can be no more
 * than the "bound" of it: the model's processor time over that of the model and the decoding together.
 */
public final class FolderThroughput {
    private FolderThroughput() {}

    /** What takes turns: all images, once. */
    private record Way(String name, Runnable images) implements RoundRobin.Contender {
        @Override
        public void call() {
            images.run();
        }
    }

    /**
     * Arguments: a work folder, sample photos; {@code --model}, {@code --precision}, {@code --resampling exact,fast},
     * {@code --size}, {@code --batch}, {@code --images}, {@code --rounds}, {@code --threads}, {@code --decoders}, {@code
     * --streams}.
     */
    public static void main(String[] args) throws IOException {
        Arguments arguments = new Arguments(args);
        Path work = Path.of(arguments.at(0, "a folder for generated files"));
        String name = arguments.text("model", "dinov3_vits16");
        Path checkpoint = Workspace.at(work.toString()).checkpoint(name, DType.F32);
        Precision precision =
                Precision.valueOf(arguments.text("precision", "FLOAT32").toUpperCase(Locale.ROOT));
        Engine.threads(arguments.number("threads", Engine.threads()));
        int batch = arguments.number("batch", 8);
        List<RgbImage> samples = new ArrayList<>();
        for (String photo : arguments.from(1)) {
            samples.add(ImageDecoder.standard().read(Path.of(photo)));
        }
        List<Path> files =
                write(Files.createDirectories(work.resolve("jpegs")), samples, arguments.number("images", 1000));
        FeatureJob.Options options = FeatureJob.Options.DEFAULT.withBatch(batch).withRestart(true);
        if (arguments.has("decoders")) {
            options = options.withDecoders(arguments.number("decoders", 1));
        }
        if (arguments.has("streams")) {
            options = options.withStreams(arguments.number("streams", 1));
        }
        Transform exact = Transform.dinoV3(arguments.number("size", 224));
        try (Model model = Model.load(checkpoint, LoadOptions.DEFAULT.withPrecision(precision))) {
            List<Pixels> ready = Collections.nCopies(batch, exact.apply(samples.get(0)));
            int batches = files.size() / batch;
            List<Way> ways = new ArrayList<>();
            ways.add(new Way("model alone, one caller", () -> alone(model, ready, batches, 1)));
            ways.add(new Way("model alone, two callers", () -> alone(model, ready, batches, 2)));
            for (String resampling : arguments.list("resampling", "exact,fast")) {
                Transform transform = exact.withResampling(Resampling.valueOf(resampling.toUpperCase(Locale.ROOT)));
                FeatureJob job = new FeatureJob(model, transform, FeatureKind.CLS, options);
                ways.add(new Way("decoding alone, one thread, " + resampling, () -> decode(files, transform)));
                ways.add(new Way(
                        "folder, " + resampling,
                        () -> job.run(files, work.resolve("features.npy"), FeatureJob.Listener.NONE)));
            }
            List<Times> times = new RoundRobin(arguments.number("rounds", 5), 0.1, 20).run(ways, round -> {});
            print(name + ", " + precision + ", batch " + batch, files.size(), ways, times);
        }
    }

    private static void print(String title, int images, List<Way> ways, List<Times> times) {
        Times alone = times.get(0).min() < times.get(1).min() ? times.get(0) : times.get(1);
        System.out.printf(Locale.ROOT, "%s, %d threads, %d images%n", title, Engine.threads(), images);
        System.out.println(
                "| | images/s, fastest round | median round | of the model alone, minima; medians | bound |");
        System.out.println("| --- | --- | --- | --- | --- |");
        for (int i = 0; i < ways.size(); i++) {
            Times mine = times.get(i);
            String bound = "";
            if (ways.get(i).name.startsWith("folder")) { // the decoding alone stands before it
                double model = alone.median() * Engine.threads();
                bound = String.format(
                        Locale.ROOT, "%.3f", model / (model + times.get(i - 1).median()));
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %.3f; %.3f | %s |%n",
                    ways.get(i).name,
                    images / mine.min(),
                    images / mine.median(),
                    alone.min() / mine.min(),
                    alone.median() / mine.median(),
                    bound);
        }
    }

    private static void alone(Model model, List<Pixels> batch, int batches, int callers) {
        AtomicInteger left = new AtomicInteger(batches);
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            running.add(CompletableFuture.runAsync(
                    () -> {
                        while (left.getAndDecrement() > 0) {
                            model.features(batch);
                        }
                    },
                    task -> new Thread(task).start()));
        }
        running.forEach(CompletableFuture::join);
    }

    private static void decode(List<Path> files, Transform transform) {
        for (Path file : files) {
            transform.apply(ImageDecoder.standard().read(file));
        }
    }

    private static List<Path> write(Path folder, List<RgbImage> samples, int count) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path file = folder.resolve(String.format(Locale.ROOT, "photo-%04d.jpg", i));
            if (!Files.exists(file)) {
                BufferedImage image = samples.get(i % samples.size()).toBufferedImage();
                image.setRGB(0, 0, i);
                ImageIO.write(image, "jpg", file.toFile());
            }
            files.add(file);
        }
        return files;
    }
}
