package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.train.CosineSchedule;
import io.github.dino4j.train.Ema;
import io.github.dino4j.train.LinearWarmupCosine;
import io.github.dino4j.train.Schedule;
import java.util.Map;

/** The schedules of the self-supervised recipes, and the teacher's moving average. */
final class ScheduleComponent implements GoldenComponent {
    private static final double[] EMA_MOMENTA = {0.992, 0.996, 1}; // the case's note

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("cosine_lr_scheduler.py");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        golden.config()
                .path("cosine")
                .properties()
                .forEach(e -> expect(golden, check, e.getKey(), cosine(e.getValue())));
        golden.config()
                .path("linear")
                .properties()
                .forEach(e -> expect(golden, check, "linear_warmup_cosine_decay_" + e.getKey(), linear(e.getValue())));
        if (check.has("ema_after_3_steps")) {
            try (Arena arena = new Arena();
                    Scope scope = Scope.open()) {
                Tensor student = arena.keep(BackboneComponent.tensor(golden.input("ema_student")));
                Tensor teacher = arena.keep(BackboneComponent.tensor(golden.input("ema_teacher")));
                try (Ema ema = Ema.into(Map.of("weight", teacher), Map.of("weight", student))) {
                    for (double momentum : EMA_MOMENTA) {
                        ema.update(momentum);
                    }
                }
                check.expectWithin(1e-6, "ema_after_3_steps", teacher);
            }
        }
    }

    private static Schedule cosine(JsonNode c) {
        return new CosineSchedule(
                c.path("base_value").asDouble(),
                c.path("final_value").asDouble(),
                c.path("total_iters").asLong(),
                c.path("warmup_iters").asLong(),
                c.path("start_warmup_value").asDouble(),
                c.path("freeze_iters").asLong(),
                c.path("trunc_extra").asDouble());
    }

    private static Schedule linear(JsonNode c) {
        long warmup = c.path("warmup_iterations").asLong();
        return new LinearWarmupCosine(
                c.path("start").asDouble(),
                c.path("peak").asDouble(),
                c.path("end").asDouble(),
                warmup,
                c.path("cosine_iterations").asLong(c.path("total_iterations").asLong() - warmup));
    }

    /** Computed in float64, stored as float32. Rates are around 1e-4, so the usual tolerance would see nothing. */
    private static void expect(GoldenCase golden, Check check, String name, Schedule schedule) {
        float[] values = new float[(int) golden.output(name).shape()[0]];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) schedule.at(i);
        }
        try (Scope scope = Scope.open()) {
            check.expectWithin(1e-8, name, Tensor.of(values, values.length));
        }
    }
}
