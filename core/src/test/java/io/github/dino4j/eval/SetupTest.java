package io.github.dino4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.depth.ClassToken;
import io.github.dino4j.depth.DepthOptions;
import io.github.dino4j.depth.DepthPredictor;
import io.github.dino4j.depth.DepthPreset;
import io.github.dino4j.depth.DepthRange;
import io.github.dino4j.depth.FeaturesToDepth;
import io.github.dino4j.depth.HeadNorm;
import io.github.dino4j.depth.LinearDepthConfig;
import io.github.dino4j.depth.LinearDepthHead;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.FineTuneFpn;
import io.github.dino4j.segment.LinearSegmenter;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentPredictor;
import io.github.dino4j.segment.SegmentationHead;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SetupTest {
    private static final int WIDTH = 48;
    private static final VitConfig FOUR_BLOCKS = TinyModel.of(WIDTH, 3, 4);
    private static final LinearDepthConfig LINEAR =
            new LinearDepthConfig(List.of(WIDTH), ClassToken.APPENDED, HeadNorm.NONE, 4, 16);
    private static final Taps LAST = new Taps(Layers.last(1), false);
    private static final FeaturesToDepth VALUES = FeaturesToDepth.linear(0.001, 10);

    private static Model model;

    @BeforeAll
    static void load() {
        model = Model.random(FOUR_BLOCKS, 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static JsonNode depth(LinearDepthConfig config, FeaturesToDepth values, Taps taps) {
        LoadedHead<LinearDepthHead> head = LoadedHead.random(3, p -> new LinearDepthHead(p, config, values, taps));
        try (DepthPredictor predictor = DepthPredictor.of(model, head, DepthPreset.NYU, DepthOptions.DEFAULT)) {
            return ResultJson.tree(Setup.of(predictor).values());
        }
    }

    private static JsonNode segments(Function<Model, LoadedHead<? extends SegmentationHead>> make) {
        ClassList three = ClassList.numbered(3);
        try (SegmentPredictor predictor = SegmentPredictor.of(model, make.apply(model), three, SegmentOptions.DINOV3)) {
            return ResultJson.tree(Setup.of(predictor).values());
        }
    }

    private static JsonNode linear(LinearSegmenter.Config config) {
        return segments(m -> LoadedHead.random(3, p -> new LinearSegmenter(p, config)));
    }

    @Test
    void tellsDepthHeadsApartThatReadOrAnswerDifferently() {
        List<JsonNode> setups = new ArrayList<>(List.of(
                depth(LINEAR, VALUES, LAST),
                depth(LINEAR, VALUES, new Taps(Layers.of(0), false)),
                depth(LINEAR, VALUES, new Taps(Layers.last(1), true)),
                depth(LINEAR, VALUES.withRange(new DepthRange(0.001, 80)), LAST)));
        for (FeaturesToDepth.Weighting weighting :
                List.of(FeaturesToDepth.Weighting.SOFTMAX, FeaturesToDepth.Weighting.SIGMOID)) {
            setups.add(depth(
                    LINEAR, new FeaturesToDepth(VALUES.range(), FeaturesToDepth.Spacing.LINEAR, weighting), LAST));
        }
        setups.add(depth(
                LINEAR,
                new FeaturesToDepth(VALUES.range(), FeaturesToDepth.Spacing.LOG, FeaturesToDepth.Weighting.LINEAR),
                LAST));
        for (LinearDepthConfig config : List.of(
                new LinearDepthConfig(List.of(WIDTH), ClassToken.IGNORED, HeadNorm.NONE, 4, 16),
                new LinearDepthConfig(List.of(WIDTH), ClassToken.APPENDED, HeadNorm.BATCH, 4, 16),
                new LinearDepthConfig(List.of(WIDTH), ClassToken.APPENDED, HeadNorm.NONE, 1, 16),
                new LinearDepthConfig(List.of(WIDTH), ClassToken.APPENDED, HeadNorm.NONE, 4, 32))) {
            setups.add(depth(config, VALUES, LAST));
        }

        assertThat(setups).doesNotHaveDuplicates();
    }

    @Test
    void saysWhatADepthHeadReadsAndHowItAnswers() {
        JsonNode head = depth(LINEAR, VALUES, LAST).get("head");

        assertThat(head.get("layers").toString()).isEqualTo("[" + (FOUR_BLOCKS.depth() - 1) + "]");
        assertThat(head.get("norm").asBoolean()).isFalse();
        assertThat(head.get("range").toString()).isEqualTo("[0.001,10.0]");
        assertThat(head.get("spacing").asText()).isEqualTo("linear");
        assertThat(head.get("weighting").asText()).isEqualTo("linear");
        assertThat(head.get("config").toString())
                .isEqualTo("{\"widths\":[" + WIDTH + "],\"class_token\":\"appended\",\"norm\":\"none\","
                        + "\"upsampling\":4,\"outputs\":16}");
    }

    @Test
    void saysTheSameOfTheSameHead() {
        assertThat(depth(LINEAR, VALUES, LAST)).isEqualTo(depth(LINEAR, VALUES, LAST));
    }

    @Test
    void tellsSegmentationHeadsApartThatReadDifferently() {
        LinearSegmenter.Config last = LinearSegmenter.Config.of(FOUR_BLOCKS, Layers.last(1), 3);

        assertThat(List.of(
                        linear(last),
                        linear(LinearSegmenter.Config.of(FOUR_BLOCKS, Layers.of(0), 3)),
                        linear(LinearSegmenter.Config.of(FOUR_BLOCKS, Layers.last(2), 3)),
                        linear(last.withClassToken())))
                .doesNotHaveDuplicates();
    }

    @Test
    void saysWhatASegmentationHeadReads() {
        JsonNode head =
                linear(LinearSegmenter.Config.of(FOUR_BLOCKS, Layers.of(0), 3)).get("head");

        assertThat(head.get("layers").toString()).isEqualTo("[0]");
        assertThat(head.get("norm").asBoolean()).isTrue();
        assertThat(head.at("/config/layers").toString()).isEqualTo("{\"form\":\"of\",\"indices\":[0]}");
        assertThat(head.at("/config/class_token").asBoolean()).isFalse();
    }

    @Test
    void saysTheFormOfAnFpn() {
        FpnDecoder.Config config = new FpnDecoder.Config(WIDTH, 12, 3, 1);

        JsonNode head = segments(m -> LoadedHead.random(3, p -> new FineTuneFpn(p, config)))
                .get("head");

        assertThat(head.at("/config/padding").asInt()).isEqualTo(1);
        assertThat(head.at("/config/last").asText()).isEqualTo("relu");
    }
}
