package io.github.dino4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.tensor.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Also the snippet of the package's documentation, on a model that is there. */
class BenchmarkTest {
    private static final Path CHECKPOINT = Path.of("src/test/resources/golden/backbone/ckpt_mlp_official.safetensors");

    @Test
    void measuresEveryCombinationAndLeavesTheEngineAsItWas() {
        int threads = Engine.threads();
        Plan plan = Plan.of(InputSize.square(32), new InputSize(32, 48))
                .withPrecisions(List.of(Precision.PLAIN, Precision.FLOAT32))
                .withBatches(List.of(1, 2))
                .withThreads(List.of(1))
                .withRounds(2, 0);
        List<String> notes = new ArrayList<>();

        Report report = Benchmark.run(CHECKPOINT, LoadOptions.DEFAULT, plan, NoiseImages.of(3, 64, 1), notes::add);

        assertThat(report.rows()).hasSize(8).allSatisfy(row -> {
            assertThat(row.times().seconds()).hasSize(2);
            assertThat(row.share().getAsDouble()).isPositive();
            assertThat(row.memory().getAsLong()).isBetween(20_000_000L, 4_000_000_000L);
            boolean plain = row.configuration().precision() == Precision.PLAIN;
            assertThat(row.drift().isPresent()).isEqualTo(!plain);
        });
        assertThat(report.rows().get(1).drift().orElseThrow().worstCosine()).isGreaterThan(0.9999);
        assertThat(notes).contains("loading plain", "memory of float32", "round 2 of 2");
        assertThat(Engine.threads()).isEqualTo(threads);
    }

    @Test
    void refusesSizesThatAreNoWholePatches() {
        Plan plan = Plan.of(InputSize.square(100)).withPrecisions(List.of(Precision.PLAIN));

        assertThatThrownBy(() -> Benchmark.run(CHECKPOINT, LoadOptions.DEFAULT, plan, List.of(), note -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("100")
                .hasMessageContaining("multiples of");
        assertThatThrownBy(() -> plan.withBatches(List.of(0))).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> plan.withBatches(List.of())).hasMessageContaining("at least one batch");
    }
}
