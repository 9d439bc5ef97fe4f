package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.PyramidSegmenter.Config.Fusion;
import io.github.dino4j.weights.Safetensors;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Segmenters of either fusion, written and read again. */
class PyramidFileTest {
    private static final VitConfig FOUR_BLOCKS = TinyModel.of(64, 4, 4);

    @TempDir
    private Path folder;

    private static PyramidSegmenter.Config config(Fusion fusion) {
        return PyramidSegmenter.Config.of(FOUR_BLOCKS.dim(), 4, 32, 5, fusion);
    }

    @ParameterizedTest
    @EnumSource(Fusion.class)
    void givesTheSameScoresWhenLoadedFromItsFile(Fusion fusion) {
        Path file = folder.resolve("head.safetensors");
        SegmentOptions options =
                SegmentOptions.of(64, new Inference.Plain(Fit.STRETCH)).withScores(true);
        try (Model backbone = Model.random(FOUR_BLOCKS, 1);
                LoadedHead<PyramidSegmenter> drawn =
                        LoadedHead.random(3, p -> new PyramidSegmenter(p, config(fusion)))) {
            drawn.save(file, Map.of("backbone", "tiny"));
            SegmentPredictor before = SegmentPredictor.of(backbone, drawn, ClassList.numbered(5), options);
            try (SegmentPredictor after = SegmentPredictor.load(backbone, file, ClassList.numbered(5), options)) {
                SegmentMap expected = before.predict(TinyModel.picture(64, 96, 2));
                SegmentMap found = after.predict(TinyModel.picture(64, 96, 2));

                assertThat(((PyramidSegmenter) after.head()).config()).isEqualTo(config(fusion));
                assertThat(found.scores().orElseThrow().values())
                        .isEqualTo(expected.scores().orElseThrow().values());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Fusion.class)
    void writesRunningStatisticsBesideTheWeights(Fusion fusion) {
        Path file = folder.resolve("head.safetensors");
        try (LoadedHead<PyramidSegmenter> drawn = LoadedHead.random(3, p -> new PyramidSegmenter(p, config(fusion)))) {
            drawn.save(file, Map.of("backbone", "tiny"));
        }

        assertThat(Safetensors.open(file).names())
                .contains("adapter.norm1.running_mean", "decoder.conv1.1.running_var")
                .allMatch(name -> name.matches("(adapter|fusion|decoder)\\..*"));
        assertThat(Safetensors.metadata(file)).containsEntry("backbone", "tiny");
    }
}
