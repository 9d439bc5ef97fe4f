package io.github.dino4j.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackboneTest {
    private Arena arena;
    private Scope scope;

    @BeforeEach
    void open() {
        arena = new Arena();
        scope = Scope.inference();
    }

    @AfterEach
    void close() {
        scope.close();
        arena.close();
    }

    private Backbone build(BackboneConfig config) {
        return Backbone.of(config, Parameters.of(new RandomParameters(1, arena)));
    }

    private static Tensor images(int batch, int height, int width) {
        float[] values = new float[batch * 3 * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        return Tensor.of(values, batch, 3, height, width);
    }

    @Test
    void severalSizesInOnePassGiveWhatEachGivesAlone() {
        Backbone backbone = build(TinyModel.CONFIG);
        Tensor global = images(2, 64, 64);
        Tensor local = images(3, 32, 48);

        List<Encoding> together = backbone.forward(List.of(new Backbone.Images(global), new Backbone.Images(local)));

        assertThat(together.get(0).normed().tokens().toFloats())
                .containsExactly(backbone.forward(global).normed().tokens().toFloats(), within(1e-5f));
        assertThat(together.get(1).normed().tokens().toFloats())
                .containsExactly(backbone.forward(local).normed().tokens().toFloats(), within(1e-5f));
    }

    @Test
    void hiddenPatchesDoNotReachTheOutput() {
        Backbone backbone = build(TinyModel.CONFIG);
        Tensor a = images(1, 32, 32);
        Tensor b = a.mul(-2);
        Tensor all = Tensor.full(1, DType.F32, a.device(), 1, 4).to(DType.BOOL);

        Encoding ofA = backbone.forward(List.of(new Backbone.Images(a, Optional.of(all))))
                .get(0);
        Encoding ofB = backbone.forward(List.of(new Backbone.Images(b, Optional.of(all))))
                .get(0);

        assertThat(ofA.normed().tokens().toFloats())
                .isEqualTo(ofB.normed().tokens().toFloats());
    }

    @Test
    void refusesMasksWithoutMaskToken() {
        Backbone backbone = build(BackboneCatalog.get("dino_vitt16").config());
        Tensor mask = Tensor.full(1, DType.F32, Tensor.zeros(1).device(), 1, 4).to(DType.BOOL);

        assertThatThrownBy(() -> backbone.forward(List.of(new Backbone.Images(images(1, 32, 32), Optional.of(mask)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no mask_token");
    }

    @Test
    void refusesMasksOfAnotherShape() {
        Backbone backbone = build(TinyModel.CONFIG);
        Tensor mask = Tensor.full(1, DType.F32, Tensor.zeros(1).device(), 1, 5).to(DType.BOOL);

        assertThatThrownBy(() -> backbone.forward(List.of(new Backbone.Images(images(1, 32, 32), Optional.of(mask)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[1, 4]");
    }

    @Test
    void v2RefusesAndV1DropsTheRemainderOfASize() {
        Backbone v1 = build(BackboneCatalog.get("dino_vitt16").config());
        Backbone v2 = build(BackboneCatalog.get("dinov2_vits14").config());

        assertThat(v1.forward(images(1, 40, 50)).normed().height()).isEqualTo(2);
        assertThatThrownBy(() -> v2.forward(images(1, 40, 50)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("40 x 50")
                .hasMessageContaining("42 x 56");
    }

    @Test
    void refusesImagesWithOtherChannels() {
        assertThatThrownBy(() -> build(TinyModel.CONFIG).forward(Tensor.zeros(1, 4, 32, 32)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[B, 3, H, W]")
                .hasMessageContaining("[1, 4, 32, 32]");
    }

    @Test
    void attentionRowsSumToOne() {
        Tensor attention = build(TinyModel.CONFIG)
                .attention(images(2, 32, 48), Layers.of(0, 1))
                .get(1);

        assertThat(attention.shape()).containsExactly(2, 3, 11, 11); // class, 4 registers, 6 patches
        for (float sum : attention.sum(false, 3).toFloats()) {
            assertThat(sum).isCloseTo(1, within(1e-5f));
        }
    }

    @Test
    void convolutionalBackbonesSayThatTheyHaveNoAttention() {
        Backbone convNext = build(BackboneCatalog.get("dinov3_convnext_tiny").config());

        assertThatThrownBy(() -> convNext.attention(images(1, 64, 64), Layers.last(1)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("no attention");
    }
}
