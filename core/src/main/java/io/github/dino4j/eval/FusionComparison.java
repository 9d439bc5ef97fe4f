package io.github.dino4j.eval;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.bench.InputSize;
import io.github.dino4j.bench.Machine;
import io.github.dino4j.bench.NoiseImages;
import io.github.dino4j.bench.RoundRobin;
import io.github.dino4j.bench.Times;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.decoder.Pyramid;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.Fit;
import io.github.dino4j.segment.HeadFile;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.PyramidSegmenter;
import io.github.dino4j.segment.PyramidSegmenter.Config.Fusion;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentPredictor;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The two ways to fuse scales side by side, in one segmenter on one backbone: parameters, multiply-adds, time, memory,
 * and with trained heads mIoU and pictures. For one thread; {@link #close()} frees the heads, the backbone stays the
 * caller's.
 */
public final class FusionComparison implements AutoCloseable {
    private static final int ALIGNMENT = 32;
    private static final int PAUSE_MILLIS = 20;

    private final Model backbone;
    private final Map<Fusion, LoadedHead<PyramidSegmenter>> heads;
    private final ClassList classes;

    private FusionComparison(Model backbone, Map<Fusion, LoadedHead<PyramidSegmenter>> heads, ClassList classes) {
        this.backbone = backbone;
        this.heads = heads;
        this.classes = classes;
    }

    /**
     * Both segmenters with weights drawn from one seed: adapter and decoder are the same in both. They cost what trained
     * ones cost, and know nothing.
     *
     * @param width of the fused maps, a multiple of 32
     * @throws IllegalArgumentException if the backbone has fewer than four layers of one width, or the width does not fit
     */
    public static FusionComparison random(Model backbone, int width, ClassList classes, long seed) {
        requirePyramid(backbone.config());
        if (width < ALIGNMENT || width % ALIGNMENT != 0) {
            throw new IllegalArgumentException(
                    "the width of the fused maps is a multiple of 32 (32 groups are normed), found " + width);
        }
        BackboneConfig config = backbone.config();
        return opened(backbone, classes, fusion -> {
            PyramidSegmenter.Config segmenter =
                    PyramidSegmenter.Config.of(config.dim(), config.depth(), width, classes.size(), fusion);
            return LoadedHead.random(seed, p -> new PyramidSegmenter(p, segmenter));
        });
    }

    /**
     * Trained segmenters, as {@link LoadedHead#save} writes them.
     *
     * @throws CheckpointException if a file holds another head, the other fusion, or one for another backbone
     * @throws IllegalArgumentException if {@code classes} has another number of classes than a head
     */
    public static FusionComparison load(Model backbone, Path msdeform, Path fpn, ClassList classes) {
        requirePyramid(backbone.config());
        return opened(backbone, classes, fusion -> {
            Path file = fusion == Fusion.MSDEFORM ? msdeform : fpn;
            LoadedHead<PyramidSegmenter> head = HeadFile.open(file).load(backbone, PyramidSegmenter.class);
            Fusion found = Fusion.of(head.head().config().fusion());
            if (found != fusion) {
                head.close();
                throw new CheckpointException(file + ": fuses by " + found.label() + ", needed is a head that fuses by "
                        + fusion.label() + ". Were the two files swapped?");
            }
            return head;
        });
    }

    private interface Opening {
        LoadedHead<PyramidSegmenter> of(Fusion fusion);
    }

    private static FusionComparison opened(Model backbone, ClassList classes, Opening opening) {
        FusionComparison comparison = new FusionComparison(backbone, new EnumMap<>(Fusion.class), classes);
        try {
            for (Fusion fusion : Fusion.values()) {
                LoadedHead<PyramidSegmenter> head = opening.of(fusion);
                comparison.heads.put(fusion, head);
                classes.require(head.head().classes());
            }
            return comparison;
        } catch (RuntimeException | Error e) {
            comparison.close();
            throw e;
        }
    }

    /** The adapter adds four layers, read as maps, to its prior. */
    private static void requirePyramid(BackboneConfig config) {
        boolean fits = config.depth() >= 4
                && config.inChannels() == 3
                && new Taps(Layers.fourEvenly(config.depth()), true)
                        .widths(config).stream().allMatch(width -> width == config.dim());
        if (!fits) {
            throw new IllegalArgumentException("the segmenter reads RGB images by four layers of one width, as vision"
                    + " transformers have; this backbone (depth " + config.depth() + ", " + config.inChannels()
                    + " channels in) does not give them. Take one such as dinov3_vits16");
        }
    }

    private void require(InputSize size) {
        int patch = backbone.config().patch();
        if (isOdd(size, ALIGNMENT) || isOdd(size, patch)) {
            int step = ALIGNMENT;
            while (step % patch != 0) {
                step += ALIGNMENT;
            }
            throw new IllegalArgumentException("size " + size
                    + ": the adapter halves images five times and the backbone"
                    + " sees patches of " + patch + " pixels; take multiples of " + step + ", such as "
                    + Math.max(1, Math.round((float) size.height() / step)) * step);
        }
    }

    private static boolean isOdd(InputSize size, int step) {
        return size.height() < step || size.height() % step != 0 || size.width() < step || size.width() % step != 0;
    }

    /**
     * Counts, measures memory, then lets the four contenders (each fusion alone on the adapter's maps, and each whole
     * pass) take turns on one noise image.
     *
     * @param progress is told what goes on
     * @throws IllegalArgumentException if the size does not fit backbone and adapter
     */
    public FusionResult measure(FusionPlan plan, Consumer<String> progress) {
        require(plan.size());
        Map<Fusion, FusionCounts> counts = new EnumMap<>(Fusion.class);
        Map<Fusion, OptionalLong> memory = new EnumMap<>(Fusion.class);
        heads.forEach((fusion, head) -> {
            PyramidSegmenter.Config config = head.head().config();
            counts.put(fusion, FusionCounts.of(backbone.config(), config, plan.size(), plan.batch()));
            if (plan.memory()) {
                progress.accept("memory of " + fusion.label());
                memory.put(fusion, FusionMemory.measure(config.fusion(), plan.size(), plan.batch(), progress));
            }
        });
        List<Times> times = times(plan, progress);
        List<FusionResult.Row> rows = new ArrayList<>();
        for (Map.Entry<Fusion, LoadedHead<PyramidSegmenter>> head : heads.entrySet()) {
            Fusion fusion = head.getKey();
            rows.add(new FusionResult.Row(
                    fusion,
                    head.getValue().head().config().fusion().dim(),
                    head.getValue().source(),
                    Objects.requireNonNull(counts.get(fusion)),
                    times.get(2 * rows.size()),
                    times.get(2 * rows.size() + 1),
                    memory.getOrDefault(fusion, OptionalLong.empty())));
        }
        return new FusionResult(
                Machine.here(),
                Engine.threads(),
                backbone.card().title(),
                backbone.card().source(),
                classes.size(),
                plan,
                rows,
                Map.of());
    }

    /** For each fusion the times of the fusion alone, then those of the whole pass. */
    private List<Times> times(FusionPlan plan, Consumer<String> progress) {
        int height = plan.size().height();
        int width = plan.size().width();
        RgbImage noise = NoiseImages.of(1, Math.max(height, width), 7).get(0);
        Pixels pixels = backbone.card().transform().withSize(height, width).apply(noise);
        try (Arena arena = new Arena()) {
            Tensor input;
            try (Scope scope = Scope.inference()) {
                input = arena.keep(Model.tensor(Collections.nCopies(plan.batch(), pixels)));
            }
            List<RoundRobin.Contender> contenders = new ArrayList<>();
            for (LoadedHead<PyramidSegmenter> head : heads.values()) {
                Pyramid maps = kept(arena, head, input);
                contenders.add(() -> head.use(h -> {
                    try (Scope scope = Scope.inference()) {
                        h.fuse(maps);
                    }
                    return true;
                }));
                contenders.add(() -> backbone.run(b -> head.use(h -> {
                    h.scores(input, h.taps().read(b, input), height, width);
                    return true;
                })));
            }
            progress.accept("warming up");
            return new RoundRobin(plan.rounds(), plan.turnSeconds(), plan.turnSeconds() == 0 ? 0 : PAUSE_MILLIS)
                    .run(contenders, round -> progress.accept("round " + round + " of " + plan.rounds()));
        }
    }

    private Pyramid kept(Arena arena, LoadedHead<PyramidSegmenter> head, Tensor input) {
        return backbone.run(b -> head.use(h -> {
            Pyramid maps = h.adapt(input, h.taps().read(b, input));
            maps.maps().forEach(arena::keep);
            return maps;
        }));
    }

    /**
     * Measures both segmenters over photos and masks.
     *
     * @param side shorter side in pixels to which photos are resized
     * @throws DataSetException naming every file that cannot be used
     */
    public Map<Fusion, SegmentationResult> evaluate(
            DataSet set, int side, LocalDate date, EvaluationListener listener) {
        Map<Fusion, SegmentationResult> results = new EnumMap<>(Fusion.class);
        for (Fusion fusion : heads.keySet()) {
            results.put(
                    fusion, SegmentationEvaluation.of(predictor(fusion, side)).run(set, date, listener));
        }
        return results;
    }

    /** What both segmenters see in a photo. */
    public Map<Fusion, SegmentMap> predict(RgbImage photo, int side) {
        Map<Fusion, SegmentMap> maps = new EnumMap<>(Fusion.class);
        for (Fusion fusion : heads.keySet()) {
            maps.put(fusion, predictor(fusion, side).predict(photo));
        }
        return maps;
    }

    /** Owns nothing that is not closed with this comparison. */
    private SegmentPredictor predictor(Fusion fusion, int side) {
        SegmentOptions options = SegmentOptions.of(side, new Inference.Plain(Fit.STRETCH));
        return SegmentPredictor.of(backbone, Objects.requireNonNull(heads.get(fusion)), classes, options);
    }

    @Override
    public void close() {
        heads.values().forEach(LoadedHead::close);
    }
}
