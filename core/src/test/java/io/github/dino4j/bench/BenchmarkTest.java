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
    void leavesOutWhatTheProcessorHasNoKernelsFor() {
        Plan plan = Plan.of(InputSize.square(32))
                .withPrecisions(List.of(Precision.PLAIN, Precision.BFLOAT16, Precision.INT8))
                .withMemory(false)
                .withRounds(1, 0);
        List<String> notes = new ArrayList<>();

        Report report = Benchmark.run(CHECKPOINT, LoadOptions.DEFAULT, plan, List.of(), notes::add, kernels -> false);

        assertThat(report.rows())
                .singleElement()
                .satisfies(row -> assertThat(row.configuration().precision()).isEqualTo(Precision.PLAIN));
        assertThat(report.leftOut())
                .extracting(Report.LeftOut::toString)
                .containsExactly(
                        "bfloat16 left out: this processor has no BFLOAT16 kernels",
                        "int8 left out: this processor has no INT8 kernels");
        assertThat(notes).contains("int8 left out: this processor has no INT8 kernels");
        assertThat(String.valueOf(report.toMap().get("leftOut"))).contains("int8", "has no INT8 kernels");
    }

    @Test
    void refusesAPlanOfWhichNothingIsLeft() {
        Plan plan = Plan.of(InputSize.square(32)).withPrecisions(List.of(Precision.INT8));

        assertThatThrownBy(() ->
                        Benchmark.run(CHECKPOINT, LoadOptions.DEFAULT, plan, List.of(), note -> {}, kernels -> false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no INT8 kernels");
    }

    @Test
    void leavesOutWhatTheLoadingOptionsForbid() {
        Plan plan = Plan.of(InputSize.square(32))
                .withPrecisions(List.of(Precision.PLAIN, Precision.BFLOAT16))
                .withMemory(false)
                .withRounds(1, 0);
        LoadOptions asStored = LoadOptions.DEFAULT.withMemory(LoadOptions.Memory.AS_STORED);

        Report report = Benchmark.run(CHECKPOINT, asStored, plan, List.of(), note -> {}, kernels -> true);

        assertThat(report.rows()).hasSize(1);
        assertThat(report.leftOut().toString()).contains("weights held as stored");
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
