package io.github.dino4j.benchmarks;

import io.github.dino4j.Dino;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Features;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** Loads a 7B checkpoint in bfloat16 (13.4 GB, generated) by mapping and runs one 224 x 224 image. */
public final class SevenBillion {
    private SevenBillion() {}

    /** Arguments: a folder with 14 GB free, a photo. */
    public static void main(String[] args) throws IOException {
        Path file = Workspace.at(args[0]).checkpoint("dinov3_vit7b16", DType.BF16);
        Dino[] loaded = new Dino[1];
        double load = LoadTime.seconds(() -> loaded[0] = Dino.load(file));
        try (Dino dino = loaded[0].with(Transform.dinoV3(224))) {
            System.out.printf(
                    Locale.ROOT,
                    "loaded %s (%,d parameters) in %.1f s%n",
                    dino.card().title(),
                    dino.card().parameters(),
                    load);
            Features[] features = new Features[1];
            double run = LoadTime.seconds(
                    () -> features[0] = dino.features(ImageDecoder.standard().read(Path.of(args[1]))));
            System.out.printf(
                    Locale.ROOT,
                    "one image 224 x 224: %.1f s, %s, first value %.4f, resident %.1f GB beside the mapped file%n",
                    run,
                    features[0],
                    features[0].embedding()[0],
                    Engine.residentBytes() / 1e9);
        }
    }
}
