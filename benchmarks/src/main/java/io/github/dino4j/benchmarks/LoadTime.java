package io.github.dino4j.benchmarks;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Time to load a ViT-L file (1.2 GB, float32) against reading the same bytes, both from the page cache. */
public final class LoadTime {
    private LoadTime() {}

    /** Argument: a folder for the generated file (kept for the next run). */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]).resolve("dinov3_vitl16_pretrain_lvd1689m-8aa4cbdd.safetensors");
        if (!Files.exists(file)) {
            GeneratedCheckpoint.write(BackboneCatalog.get("dinov3_vitl16").config(), DType.F32, file);
        }
        Engine.residentBytes(); // starts the engine
        double bestRead = Double.MAX_VALUE;
        double bestLoad = Double.MAX_VALUE;
        for (int round = 0; round < 7; round++) {
            double read = seconds(() -> read(file));
            double load = seconds(() -> Dino.load(file, LoadOptions.DEFAULT).close());
            System.out.printf(Locale.ROOT, "read %.3f s   load %.3f s   ratio %.2f%n", read, load, load / read);
            bestRead = Math.min(bestRead, read);
            bestLoad = Math.min(bestLoad, load);
        }
        System.out.printf(
                Locale.ROOT,
                "%d MB: read %.3f s, load %.3f s, load / read = %.2f (minima of 7 interleaved rounds)%n",
                Files.size(file) >> 20,
                bestRead,
                bestLoad,
                bestLoad / bestRead);
    }

    private static void read(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(4 << 20);
            while (channel.read(buffer) >= 0) {
                buffer.clear();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }
}
