package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransformTest {
    private static final Normalisation PLAIN = Normalisation.of(new float[3], new float[] {1, 1, 1});

    private static RgbImage image(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (1 + i % 250);
        }
        return RgbImage.of(width, height, rgb);
    }

    private static Transform asIs(Sizing sizing) {
        return Transform.dinoV3().withSizing(sizing).withNormalisation(PLAIN);
    }

    @Test
    void planesAreRedGreenBlueAndNormalised() {
        RgbImage one = RgbImage.of(1, 1, new byte[] {(byte) 255, 0, 51});

        float[] values =
                Transform.dinoV3().withSizing(new Sizing.AsIs()).apply(one).values();

        assertThat(values).containsExactly((1 - 0.485f) / 0.229f, (0 - 0.456f) / 0.224f, (51 / 255f - 0.406f) / 0.225f);
    }

    @Test
    void forcesBothSidesAndKnowsTheWayBack() {
        Pixels pixels = Transform.dinoV3(64).apply(image(320, 160));

        assertThat(pixels.values()).hasSize(3 * 64 * 64);
        assertThat(pixels.scaleX()).isEqualTo(0.2);
        assertThat(pixels.scaleY()).isEqualTo(0.4);
        assertThat(pixels.geometry().toSourceX(32)).isEqualTo(160, within(1e-9));
        assertThat(pixels.geometry().cropped().any()).isFalse();
        assertThat(pixels.geometry().content()).isEqualTo(new Geometry.Box(0, 0, 64, 64));
    }

    @Test
    void saysWhatTheCentreCropLeavesOut() {
        Pixels pixels = Transform.dinoV2Eval().apply(image(640, 320));

        Geometry geometry = pixels.geometry();
        assertThat(pixels.width()).isEqualTo(224);
        assertThat(geometry.policy()).isEqualTo("shorter side 256, centre crop 224 x 224 (half-even)");
        assertThat(geometry.cropped()).isEqualTo(new Geometry.Borders(180, 20, 180, 20)); // (512-224)/2/0.8, 16/0.8
        assertThat(geometry.toInputX(180)).isEqualTo(0, within(1e-9));
        assertThat(geometry.toSourceY(112)).isEqualTo(160, within(1e-9));
    }

    @Test
    void padsASmallImageWithBlackBeforeTheCrop() {
        Transform transform =
                Transform.dinoV2Eval().withSizing(new Sizing.ShorterSideThenCrop(4, 8, CropRounding.HALF_EVEN));

        Pixels pixels = transform.apply(image(5, 4));

        assertThat(pixels.geometry().content()).isEqualTo(new Geometry.Box(1, 2, 6, 6));
        assertThat(pixels.values()[0]).isEqualTo((0 - 0.485f) / 0.229f);
        assertThat(pixels.geometry().cropped().any()).isFalse();
    }

    @Test
    void halfEvenAndFloorPartAtOddBorders() {
        assertThat(CropRounding.HALF_EVEN.offset(95, 64)).isEqualTo(16); // 15.5
        assertThat(CropRounding.FLOOR.offset(95, 64)).isEqualTo(15);
        assertThat(CropRounding.HALF_EVEN.offset(97, 64)).isEqualTo(16); // 16.5
        assertThat(CropRounding.HALF_EVEN.offset(59, 64)).isEqualTo(-2);
        assertThat(CropRounding.FLOOR.offset(59, 64)).isEqualTo(-3);
    }

    @Test
    void padsToAMultipleWithZerosAfterNormalising() {
        Pixels pixels =
                Transform.dinoV3().withSizing(new Sizing.PadToMultiple(14)).apply(image(93, 60));

        assertThat(pixels.height()).isEqualTo(70);
        assertThat(pixels.width()).isEqualTo(98);
        assertThat(pixels.offsetX()).isEqualTo(2); // 5 = 2 + 3, the smaller half first
        assertThat(pixels.offsetY()).isEqualTo(5);
        assertThat(pixels.geometry().content()).isEqualTo(new Geometry.Box(2, 5, 95, 65));
        assertThat(Arrays.copyOf(pixels.values(), 5 * 98)).containsOnly(0f);
        assertThat(pixels.values()[5 * 98 + 1]).isZero();
        assertThat(pixels.values()[5 * 98 + 2]).isEqualTo((1 / 255f - 0.485f) / 0.229f);
    }

    @Test
    void cutsTheRemainderAtRightAndBottomAndReportsIt() {
        Pixels pixels = asIs(new Sizing.CropToMultiple(16)).apply(image(50, 33));

        assertThat(pixels.width()).isEqualTo(48);
        assertThat(pixels.height()).isEqualTo(32);
        assertThat(pixels.geometry().cropped()).isEqualTo(new Geometry.Borders(0, 0, 2, 1));
        assertThat(pixels.values()[48]).isEqualTo((1 + 150 % 250) / 255f);
        assertThatThrownBy(() -> asIs(new Sizing.CropToMultiple(16)).apply(image(50, 9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds no patch of 16");
    }

    @Test
    void keepsAspectRatioOfPortraits() {
        Pixels shorter = asIs(new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, 224, 16))
                .apply(image(300, 400));
        Pixels longer = asIs(new Sizing.KeepAspectToMultiple(Sizing.Side.LONGER, 224, 16))
                .apply(image(300, 400));

        assertThat(List.of(shorter.height(), shorter.width())).containsExactly(304, 224); // 298.7 is nearer to 304
        assertThat(List.of(longer.height(), longer.width())).containsExactly(224, 176); // 168 is rounded up
        assertThat(shorter.geometry().cropped().any()).isFalse();
    }

    @Test
    void keepsAtLeastOnePatch() {
        Pixels pixels = asIs(new Sizing.KeepAspectToMultiple(Sizing.Side.LONGER, 64, 16))
                .apply(image(400, 3));

        assertThat(List.of(pixels.height(), pixels.width())).containsExactly(16, 64);
    }

    @Test
    void longerSideIsCutDown() {
        Pixels pixels = asIs(new Sizing.ShorterSide(72)).apply(image(131, 97));

        assertThat(List.of(pixels.height(), pixels.width())).containsExactly(72, 97); // 97.24
    }

    @Test
    void timmRoundsTheShorterSideDown() {
        assertThat(Transform.timm(224, 0.9, Interpolation.BICUBIC, Normalisation.IMAGENET)
                        .sizing())
                .isEqualTo(new Sizing.ShorterSideThenCrop(248, 224, CropRounding.HALF_EVEN));
        assertThat(Transform.timm(518, 1, Interpolation.BICUBIC, Normalisation.IMAGENET)
                        .sizing())
                .isEqualTo(new Sizing.ShorterSideThenCrop(518, 518, CropRounding.HALF_EVEN));
    }

    @Test
    void describesItselfInOneLine() {
        assertThat(Transform.dinoV3(256).describe())
                .isEqualTo("both sides forced to 256 x 256; bilinear, uint8 tensor;"
                        + " mean 0.485 0.456 0.406, std 0.229 0.224 0.225");
        assertThat(asIs(new Sizing.PadToMultiple(14, new Sizing.ShorterSide(518)))
                        .describe())
                .startsWith("shorter side 518, padded to a multiple of 14;");
    }

    @Test
    void refusesWhatTorchDoesNotHave() {
        assertThatThrownBy(() -> Transform.dinoV3().withInterpolation(Interpolation.LANCZOS))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Normalisation.of(new float[3], new float[3]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesToBlowUpAThread() {
        assertThatThrownBy(() -> asIs(new Sizing.ShorterSide(512)).apply(image(20_000, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("would become 10240000 x 512");
    }

    @Test
    void batchesImagesOfOneSize() {
        Pixels a = asIs(new Sizing.AsIs()).apply(image(3, 2));
        Pixels b = asIs(new Sizing.AsIs()).apply(image(3, 2));
        Pixels c = asIs(new Sizing.AsIs()).apply(image(2, 3));

        assertThat(Pixels.batch(List.of(a, b)))
                .hasSize(2 * 3 * 6)
                .startsWith(a.values())
                .endsWith(b.values());
        assertThatThrownBy(() -> Pixels.batch(List.of(a, c)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("image 1 of the batch is [3, 3, 2], image 0 is [3, 2, 3]");
        assertThatThrownBy(() -> Pixels.batch(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
