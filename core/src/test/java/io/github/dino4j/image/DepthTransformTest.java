package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DepthTransformTest {
    private static final DepthNormalisation METRES =
            new DepthNormalisation(DepthNormalisation.Scale.LINEAR, 0.01f, 1000, 0, 1);

    /** Values are 0..1 for colours and metres for depth. */
    private static Transform plain(Sizing sizing) {
        return Transform.dinoV3()
                .withSizing(sizing)
                .withNormalisation(Normalisation.of(new float[3], new float[] {1, 1, 1}))
                .withDepth(METRES);
    }

    /** A picture whose red and whose depth are the same ramp: 1 + x + y of 255. */
    private static RgbImage ramp(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            rgb[3 * i] = (byte) (1 + i % width + i / width);
        }
        return RgbImage.of(width, height, rgb);
    }

    private static DepthFrame depth(int width, int height) {
        float[] metres = new float[width * height];
        for (int i = 0; i < metres.length; i++) {
            metres[i] = 1 + i % width + i / width;
        }
        return DepthFrame.of(width, height, metres);
    }

    @Test
    void depthIsTheFourthChannelBesideUnchangedColours() {
        Transform transform = plain(new Sizing.AsIs());

        Pixels pixels =
                transform.apply(ramp(4, 3), DepthFrame.of(4, 3, new float[] {5, 6, 7, 8, 0, 0, 0, 0, 1, 2, 3, 4}));

        assertThat(pixels.channels()).isEqualTo(4);
        assertThat(Arrays.copyOf(pixels.values(), 36))
                .isEqualTo(transform.apply(ramp(4, 3)).values());
        assertThat(Arrays.copyOfRange(pixels.values(), 36, 48)).containsExactly(5, 6, 7, 8, 0, 0, 0, 0, 1, 2, 3, 4);
    }

    @Test
    void depthLiesWhereTheColoursLieAfterResizingAndCropping() {
        Pixels pixels = plain(new Sizing.ShorterSideThenCrop(40, 24, CropRounding.HALF_EVEN))
                .apply(ramp(120, 80), depth(120, 80));

        for (int i = 0; i < 24 * 24; i++) {
            assertThat(pixels.values()[3 * 24 * 24 + i]).isEqualTo(255 * pixels.values()[i], within(1f)); // 8 bits
        }
    }

    @Test
    void paddingIsNotMeasured() {
        Pixels pixels = plain(new Sizing.ShorterSideThenCrop(4, 8, CropRounding.HALF_EVEN))
                .apply(ramp(5, 4), DepthFrame.of(5, 4, filled(20, 3)));

        float[] depth = Arrays.copyOfRange(pixels.values(), 3 * 64, 4 * 64);
        Geometry.Box content = pixels.geometry().content();
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                boolean inside =
                        x >= content.left() && x < content.right() && y >= content.top() && y < content.bottom();
                assertThat(depth[8 * y + x]).isEqualTo(inside ? 3 : 0);
            }
        }
    }

    @Test
    void holesStayHolesAndTouchNobody() {
        float[] metres = filled(64, 2);
        for (int i = 0; i < 64; i++) {
            if (i % 8 < 3) {
                metres[i] = 0; // three columns of eight
            }
        }

        Pixels pixels = plain(new Sizing.Exact(4, 4)).apply(ramp(8, 8), DepthFrame.of(8, 8, metres));

        // a column of holes alone; one half measured; two measured
        assertThat(Arrays.copyOfRange(pixels.values(), 48, 52)).containsExactly(0, 2, 2, 2);
    }

    @Test
    void refusesADepthFrameOfAnotherSizeWithBothSizes() {
        assertThatThrownBy(() -> plain(new Sizing.AsIs()).apply(ramp(64, 48), DepthFrame.none(32, 24)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32 x 24")
                .hasMessageContaining("64 x 48");
    }

    @Test
    void refusesDepthWithoutItsNormalisation() {
        assertThatThrownBy(() -> Transform.dinoV3().apply(ramp(4, 4), DepthFrame.none(4, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("withDepth(DepthNormalisation.INDOOR)");
    }

    @Test
    void refusesABatchInWhichSomeHaveDepth() {
        Transform transform = plain(new Sizing.AsIs());
        Pixels with = transform.apply(ramp(6, 4), DepthFrame.none(6, 4));
        Pixels without = transform.apply(ramp(6, 4));

        assertThatThrownBy(() -> Pixels.batch(List.of(with, without)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("image 1 of the batch is [3, 4, 6], image 0 is [4, 4, 6]");
    }

    @Test
    void describesHowDepthIsNormalised() {
        assertThat(Transform.dinoV3().withDepth(DepthNormalisation.INDOOR).describe())
                .endsWith("; logarithmic depth 0.30 to 10.00 m, mean 0.549, std 1.012");
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }
}
