package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageLoader;
import io.github.dino4j.image.Loaded;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Engine;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * Images a second from a folder of 1,000 JPEGs (decoding, resizing and the model) against the model alone on ready
 * tensors.
 */
public final class FolderThroughput {
    private static final int BATCH = 8;

    private FolderThroughput() {}

    /** Arguments: a work folder, a catalogue name, sample photos. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]).resolve("jpegs-1000"));
        BackboneConfig config = BackboneCatalog.get(args[1]).config();
        List<RgbImage> samples = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            samples.add(ImageDecoder.standard().read(Path.of(args[i])));
        }
        List<Path> files = write(folder, samples, 1000);
        Transform transform = Transform.dinoV3(224);
        try (Model model = Model.random(config, 1)) {
            for (int round = 0; round < 2; round++) {
                double alone = alone(model, transform.apply(samples.get(0)), files.size());
                double whole = whole(model, transform, files);
                System.out.printf(
                        Locale.ROOT,
                        "%s, %d threads, batch %d: model alone %.2f images/s, folder %.2f images/s, folder / alone = %.3f%n",
                        args[1],
                        Engine.threads(),
                        BATCH,
                        files.size() / alone,
                        files.size() / whole,
                        alone / whole);
            }
        }
    }

    private static double alone(Model model, Pixels pixels, int count) {
        List<Pixels> batch = java.util.Collections.nCopies(BATCH, pixels);
        model.features(batch);
        return LoadTime.seconds(() -> {
            for (int i = 0; i < count; i += BATCH) {
                model.features(batch);
            }
        });
    }

    private static double whole(Model model, Transform transform, List<Path> files) {
        return LoadTime.seconds(() -> {
            try (ImageLoader loader = ImageLoader.open(files, transform, 1, 2 * BATCH)) {
                List<Pixels> batch = new ArrayList<>();
                while (loader.hasNext()) {
                    if (loader.next() instanceof Loaded.Ok ok) {
                        batch.add(ok.pixels());
                    }
                    if (batch.size() == BATCH || !loader.hasNext()) {
                        model.features(batch);
                        batch.clear();
                    }
                }
            }
        });
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
