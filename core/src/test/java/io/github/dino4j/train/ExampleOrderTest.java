package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExampleOrderTest {
    private static TrainingPlan plan(boolean dropLast) {
        return TrainingPlan.builder(Span.epochs(2), 4)
                .dropLast(dropLast)
                .seed(3)
                .build();
    }

    @Test
    void showsEachExampleOnceInAnEpoch() {
        ExampleOrder order = new ExampleOrder(10, plan(false));

        int[] seen = IntStream.range(3, 6)
                .flatMap(i -> Arrays.stream(order.examples(i)))
                .toArray();

        assertThat(order.perEpoch()).isEqualTo(3);
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void shufflesEachEpochOtherwise() {
        ExampleOrder order = new ExampleOrder(1000, plan(false));

        assertThat(order.examples(0)).isNotEqualTo(order.examples(250));
    }

    @Test
    void dependsOnNothingButSeedAndPlace() {
        ExampleOrder order = new ExampleOrder(10, plan(false));
        order.examples(0);

        assertThat(order.examples(4)).isEqualTo(new ExampleOrder(10, plan(false)).examples(4));
    }

    @Test
    void dropsWhatDoesNotFillAnUpdate() {
        ExampleOrder order = new ExampleOrder(10, plan(true));

        assertThat(order.perEpoch()).isEqualTo(2);
        assertThat(order.examples(1)).hasSize(4);
    }

    @Test
    void refusesAnEpochWithoutAnUpdate() {
        assertThatThrownBy(() -> new ExampleOrder(3, plan(true)))
                .hasMessageContaining("takes 4 examples")
                .hasMessageContaining("there are 3");
    }
}
