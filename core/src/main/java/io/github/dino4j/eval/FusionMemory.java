package io.github.dino4j.eval;

import io.github.dino4j.bench.InputSize;
import io.github.dino4j.bench.JavaProcess;
import io.github.dino4j.bench.MemoryPeak;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.Pyramid;
import io.github.dino4j.decoder.ScaleFusion;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The most memory that a fusion takes beyond its weights and the maps it reads, in a process that does nothing else:
 * within one process the second fusion would use what the first has freed. A pass on the smallest maps comes first, so
 * that what the engine loads at first use is not counted. Good to about a tenth: Java's own memory moves meanwhile. All values are one number; how much memory they take does not
 * depend on them.
 */
final class FusionMemory {
    private static final int SMALLEST = 32;
    private static final int WARM_UPS = 3;

    private FusionMemory() {}

    /** Measures in another process; empty where that fails, with the reason to {@code progress}. */
    static OptionalLong measure(ScaleFusion.Config fusion, InputSize size, int batch, Consumer<String> progress) {
        Stream<Integer> shape =
                Stream.of(Engine.threads(), batch, size.height(), size.width(), in(fusion), fusion.dim());
        Stream<Integer> deformable = fusion instanceof ScaleFusion.Config.MultiScaleDeformable d
                ? Stream.of(
                        d.decoder().heads(), d.decoder().hidden(), d.decoder().layers())
                : Stream.of();
        try {
            List<String> lines = JavaProcess.run(
                    FusionMemory.class,
                    Stream.concat(shape, deformable).map(String::valueOf).toList());
            return OptionalLong.of(Long.parseLong(lines.get(lines.size() - 1)));
        } catch (IOException e) {
            progress.accept("memory could not be measured: " + e.getMessage());
            return OptionalLong.empty();
        }
    }

    /** Arguments: threads, batch, height, width, channels in, channels out, and of deformable attention heads, hidden, layers. */
    public static void main(String[] arguments) {
        int[] n = Stream.of(arguments).mapToInt(Integer::parseInt).toArray();
        Engine.threads(n[0]);
        ScaleFusion.Config config = n.length == 6
                ? new ScaleFusion.Config.FeaturePyramidNetwork(n[4], n[5])
                : new ScaleFusion.Config.MultiScaleDeformable(
                        new PixelDecoder.Config(n[4], n[5], n[5], n[6], n[7], n[8]));
        System.out.println(peak(config, new InputSize(n[2], n[3]), n[1]));
    }

    private static long peak(ScaleFusion.Config config, InputSize size, int batch) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ScaleFusion fusion = ScaleFusion.of(Parameters.of(new Constant(arena)), config);
            Pyramid maps = maps(in(config), size, batch);
            Pyramid smallest = maps(in(config), InputSize.square(SMALLEST), 1);
            for (int i = 0; i < WARM_UPS; i++) {
                pass(fusion, smallest);
            }
            System.gc();
            return MemoryPeak.above(() -> pass(fusion, maps));
        }
    }

    private static void pass(ScaleFusion fusion, Pyramid maps) {
        try (Scope scope = Scope.inference()) {
            fusion.forward(maps);
        }
    }

    private static Pyramid maps(int channels, InputSize size, int batch) {
        Tensor[] maps = new Tensor[4];
        for (int i = 0; i < 4; i++) {
            int stride = 4 << i;
            maps[i] = Tensor.full(
                    0.5, DType.F32, Device.CPU, batch, channels, size.height() / stride, size.width() / stride);
        }
        return new Pyramid(maps[0], maps[1], maps[2], maps[3]);
    }

    private static int in(ScaleFusion.Config config) {
        return config instanceof ScaleFusion.Config.MultiScaleDeformable deformable
                ? deformable.decoder().in()
                : ((ScaleFusion.Config.FeaturePyramidNetwork) config).in();
    }

    /** Small weights, so that six layers do not run into infinity, which some kernels treat in other ways. */
    private record Constant(Arena arena) implements ParameterSource {
        @Override
        public Tensor take(String name, Init init, long... shape) {
            return arena.keep(Tensor.full(0.01, DType.F32, Device.CPU, shape));
        }

        @Override
        public Tensor keep(Tensor derived) {
            return arena.keep(derived);
        }
    }
}
