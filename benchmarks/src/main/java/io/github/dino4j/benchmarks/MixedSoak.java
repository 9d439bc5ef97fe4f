package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.bench.NoiseImages;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many calls of one small model from several threads, with sizes and batches mixed: resident memory has to stay where it
 * is, and the same input has to give the same bits each time.
 */
public final class MixedSoak {
    private static final int[] SIDES = {32, 48, 64, 80, 96, 112};
    private static final int[] BATCHES = {1, 2, 3, 5, 8};
    /** The share by which memory may grow after the first tenth of the calls. */
    private static final double GROWTH = 0.02;

    /** DINOv3 in very small. */
    private static final VitConfig TINY = new VitConfig(
            3,
            64,
            3,
            4,
            16,
            new Position.Rope(new RotaryEmbedding.Config(
                    new RotaryEmbedding.Periods.Base(100), RotaryEmbedding.Coordinates.SEPARATE, DType.F32)),
            new Ffn.Mlp(256, true),
            new Norm.Layer(1e-5),
            4,
            Bias.KEY_MASKED,
            true,
            false,
            true,
            false,
            false,
            VitConfig.Remainder.DROP);

    private final Model model;
    private final List<float[]> inputs = new ArrayList<>();
    private final List<float[]> results = new ArrayList<>();

    private MixedSoak(Model model) {
        this.model = model;
        RgbImage image = NoiseImages.of(1, 128, 1).get(0);
        for (int side : SIDES) {
            Pixels pixels = Transform.dinoV3(side).apply(image);
            for (int batch : BATCHES) {
                inputs.add(Pixels.batch(Collections.nCopies(batch, pixels)));
                results.add(new float[0]);
            }
        }
    }

    /** Arguments: {@code --calls}, {@code --callers}, {@code --precision}, {@code --threads} of the engine. */
    public static void main(String[] args) throws InterruptedException, ExecutionException {
        Arguments arguments = new Arguments(args);
        Engine.threads(arguments.number("threads", Engine.threads()));
        Precision precision =
                Precision.valueOf(arguments.text("precision", "FLOAT32").toUpperCase(Locale.ROOT));
        try (Model model = Model.random(TINY, 1, precision)) {
            boolean passed =
                    new MixedSoak(model).run(arguments.number("calls", 100_000), arguments.number("callers", 4));
            System.out.println(passed ? "passed" : "FAILED");
            System.exit(passed ? 0 : 1);
        }
    }

    private boolean run(int calls, int callers) throws InterruptedException, ExecutionException {
        for (int i = 0; i < inputs.size(); i++) {
            results.set(i, tokens(i));
        }
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        AtomicInteger different = new AtomicInteger();
        List<Long> resident = new ArrayList<>();
        int step = Math.max(1, calls / 10);
        try {
            for (int done = 0; done < calls; done += step) {
                int part = Math.min(step, calls - done);
                AtomicInteger next = new AtomicInteger(done);
                int end = done + part;
                List<Future<?>> running = new ArrayList<>();
                for (int caller = 0; caller < callers; caller++) {
                    running.add(pool.submit(() -> {
                        for (int call = next.getAndIncrement(); call < end; call = next.getAndIncrement()) {
                            int which = Math.floorMod(call * 31 + call / inputs.size(), inputs.size());
                            if (!Arrays.equals(tokens(which), results.get(which))) {
                                different.incrementAndGet();
                            }
                        }
                    }));
                }
                for (Future<?> caller : running) {
                    caller.get();
                }
                System.gc();
                resident.add(Engine.residentBytes());
                System.out.printf(
                        Locale.ROOT,
                        "%,d calls: resident %,d KiB, %d results differ%n",
                        done + part,
                        resident.get(resident.size() - 1) >> 10,
                        different.get());
            }
        } finally {
            pool.shutdown();
        }
        double growth = (double) resident.get(resident.size() - 1) / resident.get(0) - 1;
        System.out.printf(Locale.ROOT, "growth after the first tenth: %.2f %%%n", 100 * growth);
        return different.get() == 0 && growth <= GROWTH;
    }

    private float[] tokens(int which) {
        int side = SIDES[which / BATCHES.length];
        int batch = BATCHES[which % BATCHES.length];
        return model.run(backbone -> backbone.forward(Tensor.of(inputs.get(which), batch, 3, side, side))
                .normed()
                .tokens()
                .toFloats());
    }
}
