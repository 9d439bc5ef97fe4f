package io.github.dino4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void peakStandsTwiceInTheWarmupOfDino() {
        Schedule schedule = CosineSchedule.of(1, 0, 10, 4, 0);
        assertThat(schedule.at(3)).isEqualTo(1);
        assertThat(schedule.at(4)).isEqualTo(1);
    }

    @Test
    void schedulesStayAtTheirLastValue() {
        assertThat(CosineSchedule.of(1, 0.25, 10).at(1000)).isEqualTo(0.25);
        assertThat(new LinearWarmupCosine(0, 1, 0.25, 2, 8).at(1000)).isEqualTo(0.25);
        assertThat(new CosineAnnealing(1, 0.25, 10).at(1000)).isEqualTo(0.25);
        assertThat(new WarmupPolynomial(1, 0.25, 1, 2, 1e-6, 10).at(1000)).isEqualTo(0.25);
        assertThat(WarmupOneCycle.segmentation(1, 2, 10).at(1000)).isEqualTo(0, within(1e-15));
    }

    @Test
    void oneWarmupStepIsTheStart() {
        assertThat(CosineSchedule.of(1, 0, 10, 1, 0.5).at(0)).isEqualTo(0.5);
    }

    @Test
    void segmentationRecipeLagsAStepBehindTheDepthRecipe() {
        Schedule segmentation = new WarmupOneCycle(1, 25, 1000, 3, 1e-6, 10, 1);
        Schedule depth = new WarmupOneCycle(1, 25, 1000, 3, 1e-6, 10, 0);
        assertThat(segmentation.at(0)).isEqualTo(depth.at(0));
        assertThat(segmentation.at(1)).isEqualTo(depth.at(0));
        assertThat(segmentation.at(7)).isEqualTo(depth.at(6));
    }

    @Test
    void warmupOfOneCycleFallsWithTheRestOfTheRun() {
        Schedule schedule = new WarmupOneCycle(2, 25, 1000, 4, 0.5, 16, 0);
        assertThat(schedule.at(2)).isEqualTo(2 * 0.75 * (1 - 2.0 / 16), within(1e-12));
    }

    @Test
    void otherWarmupOfOneCycleIsARisingPartOfTheCosine() {
        Schedule schedule = new WarmupOneCycle(2, 25, 1000, 4, 0, 16, 0);
        double cosine = (1 + Math.cos(Math.PI * 2 / 16)) / 2;
        assertThat(schedule.at(2)).isEqualTo(2.0 / 1000 + 2 * cosine * 0.5, within(1e-12));
    }

    @Test
    void momentumOfOneCycleIsZeroInTheWarmupAndThenRises() {
        Schedule momentum = WarmupOneCycle.depth(1, 4, 16).momentum(0.85, 0.95);
        assertThat(momentum.at(3)).isZero();
        assertThat(momentum.at(4)).isEqualTo(0.85, within(1e-12));
        assertThat(momentum.at(10)).isEqualTo(0.9, within(1e-12));
    }

    @Test
    void polynomialWarmupBeginsAtItsRatio() {
        Schedule schedule = new WarmupPolynomial(1, 0, 1, 10, 0.1, 100);
        assertThat(schedule.at(0)).isEqualTo(0.1, within(1e-12));
        assertThat(schedule.at(5)).isEqualTo(0.95 * 0.55, within(1e-12));
        assertThat(schedule.at(50)).isEqualTo(0.5, within(1e-12));
    }

    @Test
    void stepsMultiplyAtTheirMilestones() {
        Schedule schedule = new Steps(1, 0.5, List.of(3L, 5L));
        assertThat(new double[] {schedule.at(2), schedule.at(3), schedule.at(5)})
                .containsExactly(1, 0.5, 0.25);
    }

    @Test
    void oneCycleRisesToItsPeakAndFallsFarBelowItsStart() {
        Schedule schedule = OneCycle.of(1, 100);
        assertThat(schedule.at(0)).isEqualTo(0.04, within(1e-12));
        assertThat(schedule.at(29)).isEqualTo(1, within(1e-12));
        assertThat(schedule.at(99)).isEqualTo(4e-6, within(1e-12));
    }

    @Test
    void refusesAWarmupThatDoesNotFit() {
        assertThatThrownBy(() -> CosineSchedule.of(1, 0, 5, 6, 0)).hasMessageContaining("warm-up (6)");
    }
}
