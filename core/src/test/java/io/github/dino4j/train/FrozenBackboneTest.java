package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrozenBackboneTest {
    private static final Taps TAPS = new Taps(Layers.last(2), true);

    @Test
    void tokensOfAFrozenBackboneLiveInTheCallersScopeAndTakeNoGradient() {
        try (Model model = Model.random(BackboneCatalog.get("dinov3_vits16").config(), 1);
                Scope scope = Scope.open()) {
            List<Tokens> tokens =
                    new FrozenBackbone(model).read(Tensor.full(0.5, DType.F32, Device.CPU, 1, 3, 32, 32), TAPS);
            assertThat(tokens).hasSize(2);
            assertThat(tokens.get(1).patches().toFloats()).hasSize(4 * 384);
            assertThat(tokens.get(1).patches().learns()).isFalse();
        }
    }

    @Test
    void aSecondBackboneOverTheSameWeightsGivesTheSame() {
        try (Model model = Model.random(BackboneCatalog.get("dinov3_vits16").config(), 1, LoadOptions.Precision.PLAIN);
                Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Tensor pixels = Tensor.full(0.5, DType.F32, Device.CPU, 1, 3, 32, 32);
            Backbone other = model.view(p -> p, arena);
            float[] own = new FrozenBackbone(model)
                    .read(pixels, TAPS)
                    .get(1)
                    .patches()
                    .toFloats();
            assertThat(TAPS.read(other, pixels).get(1).patches().toFloats()).containsExactly(own);
        }
    }

    @Test
    void aPackedModelHasNoWeightsForASecondBackbone() {
        try (Model model = Model.random(BackboneCatalog.get("dinov3_vits16").config(), 1);
                Arena arena = new Arena()) {
            assertThatThrownBy(() -> model.view(p -> p, arena))
                    .hasMessageContaining("packed")
                    .hasMessageContaining("PLAIN");
        }
    }
}
