package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.DepthNormalisation.Scale;
import org.junit.jupiter.api.Test;

class DepthNormalisationTest {
    private static final float EDGE = (float) Math.sqrt(3);

    @Test
    void indoorDepthsAreTheirLogarithmFromEdgeToEdge() {
        assertThat(DepthNormalisation.INDOOR.apply(0.3f)).isEqualTo(-EDGE, within(1e-6f));
        assertThat(DepthNormalisation.INDOOR.apply((float) Math.sqrt(3))).isEqualTo(0, within(1e-6f)); // sqrt(0.3 x 10)
        assertThat(DepthNormalisation.INDOOR.apply(10)).isEqualTo(EDGE, within(1e-6f));
    }

    @Test
    void linearDepthsAreTheirMetres() {
        DepthNormalisation linear = DepthNormalisation.of(Scale.LINEAR, 1, 81);

        assertThat(linear.apply(41)).isEqualTo(0, within(1e-6f));
        assertThat(linear.apply(61)).isEqualTo(EDGE / 2, within(1e-6f));
    }

    @Test
    void depthsOutOfRangeAreHeldAtItsEnds() {
        assertThat(DepthNormalisation.INDOOR.apply(0.01f)).isEqualTo(DepthNormalisation.INDOOR.apply(0.3f));
        assertThat(DepthNormalisation.INDOOR.apply(300)).isEqualTo(DepthNormalisation.INDOOR.apply(10));
    }

    @Test
    void whatWasNotMeasuredIsTheMean() {
        assertThat(DepthNormalisation.INDOOR.apply(0)).isZero();
    }

    @Test
    void writesItselfAndReadsItselfBack() {
        DepthNormalisation own = new DepthNormalisation(Scale.LINEAR, 0.25f, 80, 12.5f, 7.125f);

        assertThat(DepthNormalisation.parse(own.text())).contains(own);
        assertThat(DepthNormalisation.parse("LOG,10,1,0,1")).isEmpty();
        assertThat(DepthNormalisation.parse("LOG,a,b,c,d")).isEmpty();
        assertThat(DepthNormalisation.parse("")).isEmpty();
    }

    @Test
    void refusesWhatIsNoRange() {
        assertThatThrownBy(() -> DepthNormalisation.of(Scale.LOG, 0, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.0 to 10.0");
        assertThatThrownBy(() -> new DepthNormalisation(Scale.LOG, 1, 10, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("deviation positive");
    }
}
