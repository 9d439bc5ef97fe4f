package io.github.dino4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.nn.FeatureMap.Band;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureMapTest {
    @ParameterizedTest
    @CsvSource({"1, 56, 56", "3, 14, 14", "2, 7, 7", "1, 1, 1", "2, 1, 500", "1, 500, 1", "2, 33, 65"})
    void bandsFillTheMapLineByLine(long batch, long height, long width) {
        List<Band> bands = Band.cut(batch, height, width);

        long next = 0;
        for (Band band : bands) {
            assertThat(band.rows().start()).isEqualTo(next);
            assertThat(band.rows().start()).isEqualTo((band.image() * height + band.first()) * width);
            assertThat(band.rows().rows()).isEqualTo(band.lines() * width).isPositive();
            next += band.rows().rows();
        }
        assertThat(next).isEqualTo(batch * height * width);
    }

    @Test
    void bandsOfAnImageDoNotDependOnTheBatch() {
        List<Band> alone = Band.cut(1, 28, 28);

        assertThat(Band.cut(4, 28, 28).subList(0, alone.size())).isEqualTo(alone);
    }

    @Test
    void imageAndRowsAreTheSameMap() {
        try (Scope scope = Scope.inference()) {
            Tensor image = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}, 1, 2, 2, 3);

            FeatureMap map = FeatureMap.of(image);

            assertThat(map.rows().toFloats()).containsExactly(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60);
            assertThat(map.image().toFloats()).isEqualTo(image.toFloats());
            assertThat(map.tokens().shape()).containsExactly(1, 6, 2);
        }
    }

    @Test
    void tidyKeepsTheRowsAlone() {
        try (Scope scope = Scope.inference()) {
            Tensor[] onTheWay = new Tensor[1];

            FeatureMap map = FeatureMap.tidy(() -> {
                onTheWay[0] = Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 1, 2);
                return FeatureMap.of(onTheWay[0]);
            });

            assertThat(map.rows().toFloats()).containsExactly(1, 3, 2, 4);
            assertThatThrownBy(() -> onTheWay[0].toFloats()).isInstanceOf(IllegalStateException.class);
        }
    }
}
