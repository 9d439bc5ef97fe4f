package io.github.dino4j.benchmarks;

import io.github.dino4j.Dino;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Time to load a ViT-L file (1.2 GB, float32), packing included, against reading the same bytes, both from the page
 * cache.
 */
public final class LoadTime {
    private LoadTime() {}

    /**
     * Arguments: a folder for the generated file (kept for the next run), {@code --model}, {@code --precision}, {@code
     * --rounds}.
     */
    public static void main(String[] args) throws IOException {
        Arguments arguments = new Arguments(args);
        Path file = Workspace.at(arguments.at(0, "a folder for the generated file"))
                .checkpoint(arguments.text("model", "dinov3_vitl16"), DType.F32);
        Precision precision =
                Precision.valueOf(arguments.text("precision", "FLOAT32").toUpperCase(Locale.ROOT));
        int rounds = arguments.number("rounds", 7);
        LoadOptions options = LoadOptions.DEFAULT.withPrecision(precision);
        Engine.residentBytes(); // starts the engine
        Dino.load(file, options).close(); // and compiles
        double bestRead = Double.MAX_VALUE;
        double bestLoad = Double.MAX_VALUE;
        for (int round = 0; round < rounds; round++) {
            double read = seconds(() -> read(file));
            Dino[] loaded = new Dino[1];
            double load = seconds(() -> loaded[0] = Dino.load(file, options));
            loaded[0].close();
            System.out.printf(Locale.ROOT, "read %.3f s   load %.3f s   ratio %.2f%n", read, load, load / read);
            bestRead = Math.min(bestRead, read);
            bestLoad = Math.min(bestLoad, load);
        }
        System.out.printf(
                Locale.ROOT,
                "%d MB as %s: read %.3f s, load %.3f s, load / read = %.2f (minima of %d interleaved rounds)%n",
                Files.size(file) >> 20,
                precision,
                bestRead,
                bestLoad,
                bestLoad / bestRead,
                rounds);
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
