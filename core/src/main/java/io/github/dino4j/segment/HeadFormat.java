package io.github.dino4j.segment;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.weights.StateDict;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A kind of file that holds a segmentation head: how its content shows, and which head is made of it. A new kind is a new
 * entry in {@link #ALL}.
 *
 * @param title for messages
 * @param anchors names that every such file has behind one common prefix, and files of other kinds do not
 * @param shaped whether the tensors, without that prefix, have shapes of this kind
 * @param reader plans the head for a backbone
 * @param options how its publisher runs it on a backbone
 */
record HeadFormat(
        String title,
        List<String> anchors,
        Predicate<StateDict> shaped,
        Reader reader,
        BiFunction<StateDict, BackboneConfig, SegmentOptions> options) {

    /** Plans a head: reads its shapes, checks them against the backbone, and leaves the weights for later. */
    interface Reader {
        /**
         * The constructor to run over the weights.
         *
         * @throws io.github.dino4j.weights.CheckpointException if the head is for another backbone
         */
        Function<Parameters, SegmentationHead> plan(StateDict weights, Fitting backbone);
    }

    private static final int FINE_TUNE_SIDE = 490;

    private static final Normalisation DIVIDED_ONLY = Normalisation.of(new float[] {0, 0, 0}, new float[] {1, 1, 1});

    static final HeadFormat LINEAR = new HeadFormat(
            "a linear segmentation head of DINOv3",
            List.of("conv.weight", "batchnorm_layer.running_mean"),
            HeadFormat::any,
            HeadFormat::linear,
            (weights, backbone) -> SegmentOptions.DINOV3);

    static final HeadFormat HUB = new HeadFormat(
            "a linear segmentation head of DINOv2's hub",
            List.of("conv_seg.weight", "bn.running_mean"),
            HeadFormat::any,
            HeadFormat::hub,
            HeadFormat::hubOptions);

    static final HeadFormat FINE_TUNE_LINEAR = new HeadFormat(
            "a linear decoder of dinov3-finetune",
            List.of("classifier.weight", "classifier.bias"),
            weights -> weights.get("classifier.weight").shape().length == 4, // of two axes: it classifies images
            HeadFormat::fineTuneLinear,
            HeadFormat::fineTuneOptions);

    static final HeadFormat FINE_TUNE_FPN = new HeadFormat(
            "an FPN decoder of dinov3-finetune",
            List.of("conv1.0.weight", "conv5.0.weight", "inter_conv1.weight", "inter_conv3.weight"),
            HeadFormat::any,
            HeadFormat::fineTuneFpn,
            HeadFormat::fineTuneOptions);

    static final HeadFormat MASK2FORMER = new HeadFormat(
            "a Mask2Former head of DINOv3",
            List.of("1.predictor.query_feat.weight", "1.pixel_decoder.mask_feature.weight", "0.level_embed"),
            HeadFormat::any,
            HeadFormat::mask2Former,
            (weights, backbone) -> SegmentOptions.DINOV3_MASK2FORMER);

    static final HeadFormat PYRAMID = new HeadFormat(
            "an adapter with an FPN decoder",
            List.of("adapter.level_embed", "decoder.conv5.0.weight", "decoder.inter_conv1.weight"),
            HeadFormat::any,
            HeadFormat::pyramid,
            (weights, backbone) -> SegmentOptions.of(512, new Inference.Plain(Fit.STRETCH)));

    static final List<HeadFormat> ALL = List.of(LINEAR, HUB, FINE_TUNE_LINEAR, FINE_TUNE_FPN, MASK2FORMER, PYRAMID);

    private static boolean any(StateDict weights) {
        return true;
    }

    private static Function<Parameters, SegmentationHead> linear(StateDict weights, Fitting backbone) {
        long[] conv = Fitting.shape(weights, "conv.weight", 4);
        Layers layers = backbone.layers(conv[1], Layers::fourEvenly);
        boolean classToken = backbone.notes().map(HeadNotes::classToken).orElse(false);
        LinearSegmenter.Config config = new LinearSegmenter.Config(layers, (int) conv[1], classToken, (int) conv[0]);
        return p -> new LinearSegmenter(p, config);
    }

    private static Function<Parameters, SegmentationHead> hub(StateDict weights, Fitting backbone) {
        long[] conv = Fitting.shape(weights, "conv_seg.weight", 4);
        Layers layers = backbone.layers(conv[1], depth -> Layers.last(4));
        HubSegmenter.Config config = new HubSegmenter.Config(layers, (int) conv[1], (int) conv[0]);
        return p -> new HubSegmenter(p, config);
    }

    private static Function<Parameters, SegmentationHead> pyramid(StateDict weights, Fitting backbone) {
        backbone.requireLayers(4, Fitting.shape(weights, "adapter.level_embed", 2)[1]);
        PyramidSegmenter.Config shape =
                PyramidSegmenter.Config.of(weights, backbone.backbone().depth());
        PyramidSegmenter.Config config = new PyramidSegmenter.Config(
                backbone.noted(shape.layers()), shape.adapter(), shape.fusion(), shape.decoder());
        return p -> new PyramidSegmenter(p, config);
    }

    private static SegmentOptions hubOptions(StateDict weights, BackboneConfig backbone) {
        boolean oneLayer = weights.get("conv_seg.weight").shape()[1] == backbone.dim();
        return oneLayer ? SegmentOptions.DINOV2_LINEAR : SegmentOptions.DINOV2_MS;
    }

    private static Function<Parameters, SegmentationHead> fineTuneLinear(StateDict weights, Fitting backbone) {
        long[] conv = Fitting.shape(weights, "classifier.weight", 4);
        backbone.requireLayers(1, conv[1]);
        return p -> new FineTuneLinear(p, (int) conv[1], (int) conv[0]);
    }

    /** Padding leaves no trace in the tensors; the published decoders have none, ours note it. */
    private static Function<Parameters, SegmentationHead> fineTuneFpn(StateDict weights, Fitting backbone) {
        long[] first = Fitting.shape(weights, "conv1.0.weight", 4);
        long[] last = Fitting.shape(weights, "conv5.0.weight", 4);
        backbone.requireLayers(4, first[1]);
        FpnDecoder.Config config = new FpnDecoder.Config(
                (int) first[1],
                (int) first[0],
                (int) last[0],
                backbone.notes().map(HeadNotes::padding).orElse(0),
                backbone.notes().map(HeadNotes::last).orElse(FpnDecoder.Last.RELU));
        return p -> new FineTuneFpn(p, config);
    }

    private static Function<Parameters, SegmentationHead> mask2Former(StateDict weights, Fitting backbone) {
        Mask2FormerConfig shape = Mask2FormerConfig.of(weights, backbone);
        Mask2FormerConfig config = new Mask2FormerConfig(
                backbone.noted(shape.layers()), shape.adapter(), shape.pixelDecoder(), shape.decoder());
        return p -> new Mask2FormerSegmenter(p, config);
    }

    /** Trained on images of 490 pixels, cut to a multiple of the patch, that were divided by 255 and nothing else. */
    private static SegmentOptions fineTuneOptions(StateDict weights, BackboneConfig backbone) {
        return SegmentOptions.of(FINE_TUNE_SIDE / backbone.patch() * backbone.patch(), new Inference.Plain(Fit.STRETCH))
                .withNormalisation(DIVIDED_ONLY);
    }
}
