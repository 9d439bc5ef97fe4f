package io.github.dino4j.segment;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.Pyramid;
import io.github.dino4j.decoder.ScaleFusion;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.decoder.VitAdapter;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import io.github.dino4j.weights.StateDict;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Segmentation over scales: {@linkplain VitAdapter adapter}, {@linkplain ScaleFusion fusion} of its four maps,
 * {@linkplain FpnDecoder FPN decoder}. {@link Config#article} is the reference pipeline of the article that this project
 * starts from; its fusion can be exchanged.
 *
 * <p>Weights: {@code adapter}, {@code fusion}, {@code decoder}.
 */
public final class PyramidSegmenter implements SegmentationHead {
    private final Config config;
    private final VitAdapter adapter;
    private final ScaleFusion fusion;
    private final FpnDecoder decoder;

    /**
     * Shape of the segmenter.
     *
     * @param layers four of the backbone
     * @param decoder its {@code classes} being 1 for one object against all else: {@link #classes()} are then two, and
     *     the object's score is the logit against 0
     */
    public record Config(
            Layers layers, VitAdapter.Config adapter, ScaleFusion.Config fusion, FpnDecoder.Config decoder) {
        /**
         * The configuration that a file's shapes tell; 4 places a head in the adapter and a padded decoder, which ours
         * have.
         *
         * @param depth blocks of the backbone
         * @throws io.github.dino4j.weights.CheckpointException if a tensor that tells it is missing
         */
        static Config of(StateDict weights, int depth) {
            int dim = (int) shape(weights, "adapter.level_embed")[1];
            int heads = (int) shape(weights, "adapter.interactions.0.extractor.attn.attention_weights.weight")[0] / 4;
            VitAdapter.Config published = VitAdapter.Config.of(dim);
            double ffn = (double) shape(weights, "adapter.interactions.0.extractor.ffn.fc1.weight")[0] / dim;
            double values = (double) shape(weights, "adapter.interactions.0.extractor.attn.value_proj.weight")[0] / dim;
            VitAdapter.Config adapter = new VitAdapter.Config(
                    dim,
                    (int) shape(weights, "adapter.spm.stem.0.weight")[0],
                    heads,
                    4,
                    ffn,
                    values,
                    published.dropPath());
            long[] first = shape(weights, "decoder.conv1.0.weight");
            int width = (int) first[1];
            long[] last = shape(weights, "decoder.conv5.0.weight");
            return new Config(
                    Layers.fourEvenly(depth),
                    adapter,
                    fusion(weights, dim, width),
                    new FpnDecoder.Config(width, (int) first[0], (int) last[0], 1, FpnDecoder.Last.LOGITS));
        }

        private static ScaleFusion.Config fusion(StateDict weights, int dim, int width) {
            if (!weights.contains("fusion.encoder.level_encoding")) {
                return new ScaleFusion.Config.FeaturePyramidNetwork(dim, width);
            }
            String layer = "fusion.encoder.encoder.layers.";
            int layers = 0;
            while (weights.contains(layer + layers + ".norm1.weight")) {
                layers++;
            }
            int places = (int) shape(weights, layer + "0.self_attn.attention_weights.weight")[0];
            int hidden = (int) shape(weights, layer + "0.linear1.weight")[0];
            return new ScaleFusion.Config.MultiScaleDeformable(
                    new PixelDecoder.Config(dim, width, width, places / 12, hidden, layers)); // 3 levels, 4 places
        }

        private static long[] shape(StateDict weights, String name) {
            return weights.get(name).shape();
        }

        /** The ways to fuse scales, and what each is good for. */
        public enum Fusion {
            /**
             * Multi-scale deformable attention: truly global, across scales and by content; costly, most of all on fine
             * maps, and it may smooth fine detail.
             */
            MSDEFORM,
            /** Upsampling, addition, 3x3 convolution: cheap, keeps detail, robust; local, and the same for any content. */
            FPN;

            /** Which of the two a shape is of. */
            public static Fusion of(ScaleFusion.Config config) {
                return config instanceof ScaleFusion.Config.MultiScaleDeformable ? MSDEFORM : FPN;
            }

            /** What it is good for, and its price, in a sentence. */
            public String purpose() {
                return this == MSDEFORM
                        ? "msdeform (multi-scale deformable attention) looks anywhere in three scales at once and chooses"
                                + " by content: strong context, but costly, most of all on large maps, and it may smooth"
                                + " fine detail."
                        : "fpn (upsample, add, 3x3 convolution) is light, simple and robust and keeps spatial detail, but"
                                + " it sees a neighbourhood only and fuses every image in the same way.";
            }

            /** By its name on the command line. */
            public String label() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        /**
         * The article's pipeline on a backbone of this width and depth: six deformable layers of width 2048 with 16 heads
         * and feed-forward width 4096, FPN decoder of 256, 128, 64 and 42 channels.
         */
        public static Config article(int dim, int depth, int classes) {
            return of(dim, depth, 2048, classes, Fusion.MSDEFORM);
        }

        /**
         * The same in other widths, and with either fusion.
         *
         * @param width of the fused maps, a multiple of 32; 2048 in the article
         */
        public static Config of(int dim, int depth, int width, int classes, Fusion fusion) {
            return new Config(
                    Layers.fourEvenly(depth),
                    VitAdapter.Config.of(dim),
                    fusion == Fusion.FPN
                            ? new ScaleFusion.Config.FeaturePyramidNetwork(dim, width)
                            : new ScaleFusion.Config.MultiScaleDeformable(PixelDecoder.Config.of(dim, width)),
                    new FpnDecoder.Config(width, 256, classes, 1, FpnDecoder.Last.LOGITS));
        }
    }

    public PyramidSegmenter(Parameters p, Config c) {
        config = c;
        adapter = new VitAdapter(p.at("adapter"), c.adapter);
        fusion = ScaleFusion.of(p.at("fusion"), c.fusion);
        decoder = new FpnDecoder(p.at("decoder"), c.decoder);
    }

    public Config config() {
        return config;
    }

    @Override
    public Taps taps() {
        return new Taps(config.layers, true);
    }

    @Override
    public OptionalInt channels() {
        return OptionalInt.of(4 * config.adapter.dim());
    }

    @Override
    public int classes() {
        return Math.max(2, config.decoder.classes());
    }

    @Override
    public int multiple() {
        return 32;
    }

    @Override
    public long bytes(int height, int width) {
        PyramidMemory memory = PyramidMemory.of(height, width);
        return memory.adapter(config.adapter) + memory.fusion(config.fusion) + memory.fpn(config.decoder);
    }

    /** The first step alone: the adapter's four maps, as wide as the backbone. */
    public Pyramid adapt(Tensor pixels, List<Tokens> taps) {
        try (Trace.Part part = Trace.part("adapter")) {
            return adapter.forward(pixels, taps);
        }
    }

    /** The second step alone: the four maps fused, from high to low resolution. */
    public List<Tensor> fuse(Pyramid pyramid) {
        try (Trace.Part part = Trace.part("fusion")) {
            List<Tensor> maps = fusion.forward(pyramid);
            for (int i = 0; i < 4; i++) {
                Trace.stage("multi_scale (features[" + i + "])", maps.get(i));
            }
            return maps;
        }
    }

    /** Logits [B, classes of the decoder, 2 H/16, 2 W/16]: [4, 1, 64, 64] for 512 x 512. */
    public Tensor logits(Tensor pixels, List<Tokens> taps) {
        List<Tensor> maps = fuse(adapt(pixels, taps));
        try (Trace.Part part = Trace.part("decoder")) {
            return decoder.forward(maps);
        }
    }

    @Override
    public Tensor scores(Tensor pixels, List<Tokens> taps, int height, int width) {
        Tensor logits = logits(pixels, taps).bilinear(height, width, false);
        Trace.stage("resize", logits);
        return config.decoder.classes() == 1 ? Tensor.cat(1, logits.mul(0), logits) : logits;
    }
}
