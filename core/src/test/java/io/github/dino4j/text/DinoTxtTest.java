package io.github.dino4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.ShapeParameters;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DinoTxtTest {
    @Test
    void thePublishedShapeHasThePublishedParameters() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ShapeParameters source = new ShapeParameters(arena);

            new DinoTxt(
                    Parameters.of(source),
                    DinoTxtConfig.published(BackboneCatalog.get("dinov3_vitl16").config()));

            Map<String, long[]> shapes = source.shapes();
            assertThat(shapes.values().stream()
                            .mapToLong(s -> Arrays.stream(s).reduce(1, Math::multiplyExact))
                            .sum())
                    .isEqualTo(563_457_537L);
            assertThat(shapes.get("visual_model.head.blocks.1.mlp.w3.weight")).containsExactly(1024, 2752);
            assertThat(shapes.get("text_model.backbone.blocks.23.attention.qkv.weight"))
                    .containsExactly(3840, 1280);
            assertThat(shapes.get("text_model.head.linear_projection.weight")).containsExactly(2048, 1280);
            assertThat(shapes).doesNotContainKey("visual_model.head.linear_projection.weight");
        }
    }

    @Test
    void aCausalTowerDoesNotSeeWhatFollows() {
        float[] before = tokens(true, 3);
        float[] other = tokens(true, 9);

        assertThat(Arrays.copyOf(other, 3 * 16)).containsExactly(Arrays.copyOf(before, 3 * 16));
        assertThat(Arrays.copyOfRange(other, 48, 64)).isNotEqualTo(Arrays.copyOfRange(before, 48, 64));
        assertThat(Arrays.copyOf(tokens(false, 9), 16)).isNotEqualTo(Arrays.copyOf(tokens(false, 3), 16));
    }

    /** Tokens of a text of four numbers, the last of which is given. */
    private static float[] tokens(boolean causal, long last) {
        TextConfig text =
                new TextConfig(6, 10, 16, 2, 2, 32, causal, Optional.empty(), 0, false, true, TextConfig.Pooling.LAST);
        try (LoadedHead<DinoTxt> head = head(text);
                Scope scope = Scope.inference()) {
            return head.use(h -> h.text().tokens(new long[][] {{1, 2, 3, last}}).toFloats());
        }
    }

    @Test
    void textsThatDoNotFitTheTowerAreRefused() {
        TextConfig text =
                new TextConfig(4, 10, 16, 2, 1, 32, true, Optional.empty(), 0, false, true, TextConfig.Pooling.END);
        try (LoadedHead<DinoTxt> head = head(text);
                Scope scope = Scope.inference()) {
            TextTower tower = head.head().text();

            assertThatThrownBy(() -> tower.features(new long[][] {{1, 2, 3, 4, 5}}))
                    .hasMessageContaining("5 numbers does not fit the context of 4");
            assertThatThrownBy(() -> tower.features(new long[][] {{1, 10}}))
                    .hasMessageContaining("number 10 is not in the tower's vocabulary of 10");
            assertThatThrownBy(() -> tower.features(new long[][] {{1}, {1, 2}})).hasMessageContaining("equally long");
            assertThatThrownBy(() -> tower.features(new long[0][])).hasMessageContaining("no text");
        }
    }

    private static LoadedHead<DinoTxt> head(TextConfig text) {
        DinoTxtConfig config = new DinoTxtConfig(96, VisionConfig.of(TinyModel.CONFIG), text);
        return LoadedHead.random(2, p -> new DinoTxt(p, config));
    }
}
