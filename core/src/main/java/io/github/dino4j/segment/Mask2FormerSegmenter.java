package io.github.dino4j.segment;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.MaskPrediction;
import io.github.dino4j.decoder.MaskedTransformerDecoder;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.Pyramid;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.decoder.VitAdapter;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Mask2Former (arXiv:2112.01527) on a frozen backbone with DINOv3's adapter (arXiv:2508.10104, "Semantic segmentation"):
 * queries find masks and their classes. As a {@link SegmentationHead} it scores a class by the sum over queries of
 * probability times mask, so that scores can exceed 1; {@link PanopticPredictor} and {@link InstancePredictor} keep the
 * masks apart.
 *
 * <p>Weights: {@code 0}, the {@link VitAdapter}; {@code 1.pixel_decoder}; {@code 1.predictor}. Immutable.
 */
public final class Mask2FormerSegmenter implements SegmentationHead {
    private static final int MULTIPLE = 32; // of the adapter

    private final Mask2FormerConfig config;
    private final VitAdapter adapter;
    private final PixelDecoder pixelDecoder;
    private final MaskedTransformerDecoder decoder;
    private final Supplier<Scope> pass;

    public Mask2FormerSegmenter(Parameters p, Mask2FormerConfig config) {
        this.config = config;
        adapter = new VitAdapter(p.at(0), config.adapter());
        pixelDecoder = new PixelDecoder(p.at(1).at("pixel_decoder"), config.pixelDecoder());
        decoder = new MaskedTransformerDecoder(p.at(1).at("predictor"), config.decoder());
        pass = p.pass();
    }

    public Mask2FormerConfig config() {
        return config;
    }

    @Override
    public Taps taps() {
        return new Taps(config.layers(), true);
    }

    @Override
    public OptionalInt channels() {
        return OptionalInt.of(4 * config.adapter().dim());
    }

    @Override
    public int classes() {
        return config.classes();
    }

    @Override
    public int multiple() {
        return MULTIPLE;
    }

    /** The largest of its steps: both decoders free the maps they read before the next begins. */
    @Override
    public long bytes(int height, int width) {
        PyramidMemory memory = PyramidMemory.of(height, width);
        PixelDecoder.Config pixels = config.pixelDecoder();
        long decoded = memory.adapter(config.adapter()) + memory.pixelDecoder(pixels);
        long asked = memory.pixelDecoder(pixels) + memory.queries(config.decoder());
        long scored = memory.masks(config.decoder().queries(), 1) / 4
                + memory.masks(Math.min(config.decoder().queries(), most(classes())), 2);
        return Math.max(decoded, Math.max(asked, scored));
    }

    /**
     * What the queries say after the last layer, masks at a quarter of the input's sides.
     *
     * @param pixels the normalised images [B, 3, H, W] that the backbone saw; sides are multiples of 32
     * @param taps what {@link #taps()} asked for
     */
    public MaskPrediction predict(Tensor pixels, List<Tokens> taps) {
        try (Scope scope = pass.get()) {
            List<MaskPrediction> all = predictions(pixels, taps);
            return all.get(all.size() - 1).keep(scope);
        }
    }

    /** The same before the first layer and after each: what training compares with the truth. */
    public List<MaskPrediction> predictions(Tensor pixels, List<Tokens> taps) {
        try (Scope scope = pass.get()) {
            PixelDecoder.Decoded decoded = decode(pixels, taps);
            try (Trace.Part part = Trace.part("1.predictor")) {
                return decoder.forward(decoded.levels(), decoded.maskFeatures()).stream()
                        .map(prediction -> prediction.keep(scope))
                        .toList();
            }
        }
    }

    private PixelDecoder.Decoded decode(Tensor pixels, List<Tokens> taps) {
        try (Scope scope = pass.get()) {
            Pyramid pyramid;
            try (Trace.Part part = Trace.part("0")) {
                pyramid = adapter.forward(pixels, taps);
            }
            PixelDecoder.Decoded decoded;
            try (Trace.Part part = Trace.part("1.pixel_decoder")) {
                decoded = pixelDecoder.forward(pyramid);
            }
            List<Tensor> levels = new ArrayList<>();
            for (Tensor level : decoded.levels()) {
                levels.add(scope.keep(level));
            }
            return new PixelDecoder.Decoded(scope.keep(decoded.maskFeatures()), levels);
        }
    }

    @Override
    public Tensor scores(Tensor pixels, List<Tokens> taps, int height, int width) {
        return Scope.tidy(() -> scores(predict(pixels, taps), height, width));
    }

    /**
     * The same head, its scores rounded as DINOv3's evaluation has them in sliding windows: probabilities of classes and
     * of masks, and their sums, in bfloat16. For numbers that are compared with the official ones; otherwise the exact
     * scores are better.
     */
    public SegmentationHead rounded() {
        return new Rounded(this);
    }

    /** Scores [B, K, height, width] of a prediction. */
    static Tensor scores(MaskPrediction prediction, int height, int width) {
        Tensor classes = prediction.classProbabilities().transpose(1, 2); // [B, K, Q]
        int queries = (int) prediction.masks().size(1);
        int most = most(prediction.count());
        Tensor sum = blend(prediction, classes, 0, Math.min(most, queries), height, width);
        for (int first = most; first < queries; first += most) {
            int from = first;
            Tensor before = sum;
            sum = Scope.tidy(
                    () -> before.add(blend(prediction, classes, from, Math.min(most, queries - from), height, width)));
            before.close();
        }
        return sum;
    }

    /** As many masks of full size at a time as there are scores, so that many queries do not rule the memory. */
    private static int most(int classes) {
        return Math.max(16, classes);
    }

    /** The scores that {@code count} queries give. */
    private static Tensor blend(
            MaskPrediction prediction, Tensor classes, int first, int count, int height, int width) {
        return Scope.tidy(() -> {
            Tensor masks = Scope.tidy(() -> new MaskPrediction(
                            prediction.classes(), prediction.masks().narrow(1, first, count))
                    .masks(height, width)
                    .sigmoid());
            return MaskPrediction.blend(classes.narrow(2, first, count), masks);
        });
    }

    private record Rounded(Mask2FormerSegmenter head) implements SegmentationHead {
        @Override
        public Taps taps() {
            return head.taps();
        }

        @Override
        public OptionalInt channels() {
            return head.channels();
        }

        @Override
        public int classes() {
            return head.classes();
        }

        @Override
        public int multiple() {
            return head.multiple();
        }

        /** Here all masks are of full size at once, and rounding copies them. */
        @Override
        public long bytes(int height, int width) {
            int queries = head.config.decoder().queries();
            return Math.max(
                    head.bytes(height, width), PyramidMemory.of(height, width).masks(queries, 4));
        }

        @Override
        public Tensor scores(Tensor pixels, List<Tokens> taps, int height, int width) {
            return Scope.tidy(() -> {
                MaskPrediction prediction = head.predict(pixels, taps);
                Tensor classes = rounded(prediction.classProbabilities()).transpose(1, 2); // [B, K, Q]
                Tensor masks =
                        Scope.tidy(() -> rounded(prediction.masks(height, width).sigmoid()));
                return rounded(MaskPrediction.blend(classes, masks));
            });
        }

        private static Tensor rounded(Tensor x) {
            return x.to(DType.BF16).to(DType.F32);
        }
    }
}
