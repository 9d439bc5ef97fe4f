package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.decoder.ScaleFusion;
import io.github.dino4j.decoder.VitAdapter;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A segmenter over a backbone that reads colours and depth: the adapter sees the colours, the backbone both. */
class RgbdSegmentTest {
    private static final RgbImage PHOTO = TinyModel.picture(96, 64, 1);
    private static final SegmentOptions OPTIONS = SegmentOptions.of(64, new Inference.Plain(Fit.STRETCH));

    private static SegmentPredictor predictor(Model model) {
        VitConfig config = (VitConfig) model.config();
        PyramidSegmenter.Config shape = new PyramidSegmenter.Config(
                Layers.last(4),
                new VitAdapter.Config(config.dim(), 8, 4, 4, 0.25, 0.5, 0),
                new ScaleFusion.Config.FeaturePyramidNetwork(config.dim(), 32),
                new FpnDecoder.Config(32, 24, 5, 1, FpnDecoder.Last.LOGITS));
        return SegmentPredictor.of(
                model,
                LoadedHead.random(1, p -> new PyramidSegmenter(p, shape)),
                ClassList.numbered(5),
                OPTIONS.withScores(true));
    }

    private static DepthFrame depth(int width, int height) {
        float[] metres = new float[width * height];
        for (int i = 0; i < metres.length; i++) {
            metres[i] = 1 + 0.001f * i;
        }
        return DepthFrame.of(width, height, metres);
    }

    private static VitConfig fourLayers() {
        VitConfig c = TinyModel.CONFIG;
        return new VitConfig(
                c.inChannels(),
                c.dim(),
                4,
                c.heads(),
                c.patch(),
                c.position(),
                c.ffn(),
                c.norm(),
                c.registers(),
                c.qkvBias(),
                c.projBias(),
                c.layerScale(),
                c.maskToken(),
                c.untiedClsNorm(),
                c.localClsNorm(),
                c.remainder());
    }

    @Test
    void mapsPhotoAndDepthToClasses() {
        var widened = new DepthFusion.Widened(DepthFusion.Start.MEAN).of(fourLayers());
        try (Model model = Model.random(widened, 1);
                SegmentPredictor predictor = predictor(model)) {
            SegmentMap seen = predictor.predict(PHOTO, depth(96, 64));
            SegmentMap unseen = predictor.predict(PHOTO, DepthFrame.none(96, 64));

            assertThat(List.of(seen.width(), seen.height())).containsExactly(96, 64);
            assertThat(scores(seen)).isNotEqualTo(scores(unseen));
        }
    }

    @Test
    void anUntrainedDepthBranchChangesNothing() {
        try (Model colours = Model.random(fourLayers(), 1);
                Model both = Model.random(new DepthFusion.Branch().of(fourLayers()), 1);
                SegmentPredictor rgb = predictor(colours);
                SegmentPredictor rgbd = predictor(both)) {
            assertThat(scores(rgbd.predict(PHOTO, depth(96, 64)))).isEqualTo(scores(rgb.predict(PHOTO)));
        }
    }

    private static float[] scores(SegmentMap map) {
        return map.scores().orElseThrow().values();
    }

    @Test
    void refusesDepthOfAnotherSizeThanThePhoto() {
        try (Model model = Model.random(new DepthFusion.Branch().of(fourLayers()), 1);
                SegmentPredictor predictor = predictor(model)) {
            assertThatThrownBy(() -> predictor.predict(PHOTO, depth(48, 64)))
                    .hasMessageContaining("48 x 64")
                    .hasMessageContaining("96 x 64");
        }
    }

    @Test
    void refusesDepthForAModelOfColours() {
        try (Model model = Model.random(fourLayers(), 1);
                SegmentPredictor predictor = predictor(model)) {
            assertThatThrownBy(() -> predictor.predict(PHOTO, depth(96, 64)))
                    .hasMessageContaining("reads no depth; leave it out, or load the model with LoadOptions.withDepth");
        }
    }

    @Test
    void asksForTheDepthThatTheModelReads() {
        try (Model model = Model.random(new DepthFusion.Branch().of(fourLayers()), 1);
                SegmentPredictor predictor = predictor(model)) {
            assertThatThrownBy(() -> predictor.predict(PHOTO)).hasMessageContaining("DepthFrame.none(width, height)");
        }
    }
}
