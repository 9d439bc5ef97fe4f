package io.github.dino4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    @Test
    void givesEachItsTurnAndBeginsEachRoundWithAnother() {
        List<String> calls = new ArrayList<>();
        List<RoundRobin.Contender> contenders = List.of(() -> calls.add("a"), () -> calls.add("b"));

        List<Times> times = new RoundRobin(3, 0, 0).run(contenders, round -> calls.add("round " + round));

        assertThat(calls)
                .containsExactly("a", "a", "b", "b", "round 1", "a", "b", "round 2", "b", "a", "round 3", "a", "b");
        assertThat(times).hasSize(2).allSatisfy(t -> assertThat(t.seconds()).hasSize(3));
    }

    @Test
    void callsTheQuickOftenerInATurn() {
        int[] calls = new int[1];

        new RoundRobin(1, 0.02, 0).run(List.of(() -> calls[0]++), round -> {});

        assertThat(calls[0]).isBetween(10, 2 + 100);
    }
}
