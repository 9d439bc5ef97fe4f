package io.github.dino4j.train;

import io.github.dino4j.depth.DepthImage;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.Fit;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.LabelImage;
import io.github.dino4j.segment.SegmentOptions;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/** Pictures of coloured blocks, a colour a class, the blocks as large as {@code block} pixels. */
final class Blocks {
    static final ClassList CLASSES = ClassList.of("blocks", List.of("sea", "sand", "wood"));
    static final Transform TRANSFORM = Transform.dinoV3(64).withNormalisation(Normalisation.IMAGENET);
    private static final int[][] COLOURS = {{40, 80, 200}, {220, 200, 120}, {90, 50, 30}};

    private final int side;
    private final int block;
    private final int count;
    private final int seed;
    private final boolean depth;

    Blocks(int side, int block, int count, int seed) {
        this(side, block, count, seed, false);
    }

    private Blocks(int side, int block, int count, int seed, boolean depth) {
        this.depth = depth;
        this.side = side;
        this.block = block;
        this.count = count;
        this.seed = seed;
    }

    /** The same photos, each class at its own depth: 1, 2, 3 m. */
    Blocks withDepth() {
        return new Blocks(side, block, count, seed, true);
    }

    float[] metres(int index) {
        int[] labels = labels(index);
        float[] metres = new float[labels.length];
        for (int i = 0; i < metres.length; i++) {
            metres[i] = 1 + labels[i];
        }
        return metres;
    }

    private Optional<DepthFrame> frame(int index) {
        return depth ? Optional.of(DepthFrame.of(side, side, metres(index))) : Optional.empty();
    }

    static SegmentOptions options(int side) {
        return SegmentOptions.of(side, new Inference.Plain(Fit.STRETCH));
    }

    int[] labels(int index) {
        SplittableRandom random = new SplittableRandom(seed * 1000L + index);
        int grid = side / block;
        int[] kinds = random.ints((long) grid * grid, 0, COLOURS.length).toArray();
        int[] labels = new int[side * side];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = kinds[i / side / block * grid + i % side / block];
        }
        return labels;
    }

    RgbImage photo(int index) {
        SplittableRandom random = new SplittableRandom(index);
        int[] labels = labels(index);
        byte[] rgb = new byte[3 * labels.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (COLOURS[labels[i / 3]][i % 3] + random.nextInt(-15, 16));
        }
        return RgbImage.of(side, side, rgb);
    }

    private static String name(int index) {
        return "blocks " + index + ".png";
    }

    Input input(int index) {
        Transform transform = options(side).transform(TRANSFORM, 1).withDepth(DepthNormalisation.INDOOR);
        return Input.of(
                index,
                frame(index).map(f -> transform.apply(photo(index), f)).orElseGet(() -> transform.apply(photo(index))));
    }

    Examples<SegmentExample> examples() {
        return new Made<>(count, index -> new SegmentExample(input(index), labels(index)));
    }

    Examples<SegmentTruth> truths() {
        return new Made<>(
                count, index -> new SegmentTruth(photo(index), frame(index), LabelImage.of(side, side, labels(index))));
    }

    /** Depth to be learned from the colours: that of {@link #metres}, unmeasured in the first column. */
    Examples<DepthExample> depthExamples() {
        return new Made<>(count, index -> new DepthExample(input(index), holed(index)));
    }

    private float[] holed(int index) {
        float[] metres = metres(index);
        for (int y = 0; y < side; y++) {
            metres[y * side] = 0;
        }
        return metres;
    }

    Examples<DepthTruth> depthTruths() {
        return new Made<>(count, index -> new DepthTruth(photo(index), DepthImage.of(side, side, holed(index))));
    }

    Examples<Input> inputs() {
        return new Made<>(count, index -> input(index));
    }

    /** Examples that nothing is drawn for. */
    private record Made<E>(int size, IntFunction<E> make) implements Examples<E> {
        @Override
        public String name(int index) {
            return Blocks.name(index);
        }

        @Override
        public E load(int index, RandomGenerator random) {
            return make.apply(index);
        }
    }
}
