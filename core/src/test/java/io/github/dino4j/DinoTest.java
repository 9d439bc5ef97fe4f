package io.github.dino4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.AttentionMap;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.TinyModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DinoTest {
    private static final Path CHECKPOINT = Path.of("src/test/resources/golden/backbone/ckpt_mlp_zip.pth");
    private static final Path PHOTO = Path.of("../samples/cat.jpg");

    @Test
    void threeLinesFromFileToEmbedding() {
        try (Dino dino = Dino.load(CHECKPOINT)) {
            Features f = dino.features(PHOTO);
            float[] e = f.embedding();

            assertThat(e).hasSize(48);
            assertThat(f.height()).isEqualTo(16);
            assertThat(f.patches()).hasSize(16 * 16 * 48);
            assertThat(f.registerCount()).isEqualTo(4);
        }
    }

    @Test
    void batchGivesTheFeaturesOfItsImages() {
        RgbImage a = TinyModel.picture(100, 80, 1);
        RgbImage b = TinyModel.picture(64, 90, 2);
        try (Dino dino = Dino.load(CHECKPOINT).with(Transform.dinoV3(64))) {
            List<Features> batch = dino.features(List.of(a, b));

            assertThat(batch.get(0).embedding())
                    .containsExactly(dino.features(a).embedding(), within(1e-5f));
            assertThat(batch.get(1).patches()).containsExactly(dino.features(b).patches(), within(1e-5f));
        }
    }

    @Test
    void lastLayerIsTheWholeModel() {
        RgbImage image = TinyModel.picture(100, 80, 1);
        try (Dino dino = Dino.load(CHECKPOINT)) {
            List<Features> layers = dino.intermediate(image, Layers.last(2));

            assertThat(layers).hasSize(2);
            assertThat(layers.get(1).patches()).isEqualTo(dino.features(image).patches());
        }
    }

    @Test
    void attentionOfTheClassTokenIsPartOfASoftmax() {
        try (Dino dino = Dino.load(CHECKPOINT)) {
            AttentionMap map = dino.attention(TinyModel.picture(100, 80, 1), -1);

            assertThat(map.heads()).isEqualTo(3);
            float sum = 0;
            for (float weight : map.head(0)) {
                sum += weight;
            }
            assertThat(sum).isBetween(0.1f, 1f);
        }
    }

    @Test
    void refusesSizesThatAreNoMultipleOfThePatch() {
        try (Dino dino = Dino.load(CHECKPOINT).with(Transform.dinoV3(225))) {
            assertThatThrownBy(() -> dino.features(PHOTO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("225 x 225")
                    .hasMessageContaining("multiples of 16")
                    .hasMessageContaining("224 x 224");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {546, 602, 1092})
    void takesSizesFarFromTheTrainedGrid(int side) {
        Transform transform = Transform.dinoV2Eval().withSizing(new Sizing.Exact(side, 70));
        try (Dino dino = Dino.random(BackboneCatalog.get("dinov2_vits14_reg").config(), 1)
                .with(transform)) {
            Features features = dino.features(TinyModel.picture(100, 80, 1));

            assertThat(features.height()).isEqualTo(side / 14);
            assertThat(features.width()).isEqualTo(5);
        }
    }
}
