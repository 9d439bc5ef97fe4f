package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureCacheTest {
    private static final Taps TAPS = new Taps(Layers.last(2), true);
    private static final Blocks BLOCKS = new Blocks(64, 16, 4, 1);

    @TempDir
    Path folder;

    private FeatureCache.Options options() {
        return FeatureCache.Options.of(folder.resolve("features"));
    }

    @Test
    void givesBackEveryTokenInTheOrderAskedFor() {
        try (Model model = TinyModel.random();
                FeatureCache cache = new FeatureCache(options());
                Scope scope = Scope.inference()) {
            FrozenBackbone backbone = new FrozenBackbone(model);
            List<Input> there = List.of(BLOCKS.input(0), BLOCKS.input(1), BLOCKS.input(2));
            List<Input> back = List.of(BLOCKS.input(2), BLOCKS.input(0));

            cache.read(backbone, TAPS, there);
            List<Tokens> kept = cache.read(backbone, TAPS, back);

            List<Tokens> fresh = backbone.read(Input.batch(there), TAPS);
            for (int layer = 0; layer < 2; layer++) {
                assertThat(kept.get(layer).tokens().select(0, 0).toFloats())
                        .containsExactly(fresh.get(layer).tokens().select(0, 2).toFloats());
                assertThat(kept.get(layer).tokens().select(0, 1).toFloats())
                        .containsExactly(fresh.get(layer).tokens().select(0, 0).toFloats());
            }
            assertThat(cache.computed()).isEqualTo(3);
        }
    }

    @Test
    void whatDoesNotFitIntoMemoryComesBackFromTheFile() {
        try (Model model = TinyModel.random();
                FeatureCache cache = new FeatureCache(options().withMemory(5000));
                Scope scope = Scope.inference()) {
            FrozenBackbone backbone = new FrozenBackbone(model);
            List<Input> inputs = List.of(BLOCKS.input(0), BLOCKS.input(1));

            cache.read(backbone, TAPS, inputs);
            List<Tokens> kept = cache.read(backbone, TAPS, inputs);

            assertThat(cache.memoryBytes()).isBetween(1L, 5000L);
            assertThat(cache.fileBytes()).isGreaterThan(10_000);
            assertThat(kept.get(1).tokens().toFloats())
                    .containsExactly(backbone.read(Input.batch(inputs), TAPS)
                            .get(1)
                            .tokens()
                            .toFloats());
        }
        assertThat(folder.resolve("features")).doesNotExist();
    }

    @Test
    void halfPrecisionTakesHalfTheMemoryAndRounds() {
        try (Model model = TinyModel.random();
                FeatureCache whole = new FeatureCache(options());
                FeatureCache half = new FeatureCache(options().withHalfPrecision());
                Scope scope = Scope.inference()) {
            FrozenBackbone backbone = new FrozenBackbone(model);
            List<Input> inputs = List.of(BLOCKS.input(0));

            float[] exact = whole.read(backbone, TAPS, inputs).get(0).patches().toFloats();
            float[] rounded = half.read(backbone, TAPS, inputs).get(0).patches().toFloats();

            assertThat(half.memoryBytes()).isEqualTo(whole.memoryBytes() / 2);
            for (int i = 0; i < exact.length; i++) {
                assertThat(Math.abs(rounded[i] - exact[i])).isLessThanOrEqualTo(1e-3f * Math.abs(exact[i]) + 1e-6f);
            }
        }
    }

    @Test
    void refusesAnExampleThatHasChanged() {
        try (Model model = TinyModel.random();
                FeatureCache cache = new FeatureCache(options());
                Scope scope = Scope.inference()) {
            FrozenBackbone backbone = new FrozenBackbone(model);
            Input other = BLOCKS.input(1);
            cache.read(backbone, TAPS, List.of(BLOCKS.input(0)));

            assertThatThrownBy(() -> cache.read(
                            backbone, TAPS, List.of(new Input(0, 3, other.height(), other.width(), other.values()))))
                    .hasMessageContaining("example 0 has other pixels")
                    .hasMessageContaining("augmentation");
        }
    }

    @Test
    void anInterruptedThreadStillReadsAndWritesTheFile() {
        try (Model model = TinyModel.random();
                FeatureCache cache = new FeatureCache(options().withMemory(0));
                Scope scope = Scope.inference()) {
            FrozenBackbone backbone = new FrozenBackbone(model);
            List<Input> inputs = List.of(BLOCKS.input(0));
            Thread.currentThread().interrupt();

            float[] first = cache.read(backbone, TAPS, inputs).get(0).tokens().toFloats();
            float[] again = cache.read(backbone, TAPS, inputs).get(0).tokens().toFloats();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(again).containsExactly(first);
            assertThat(cache.computed()).isEqualTo(1);
        }
    }
}
