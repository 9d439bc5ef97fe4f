package io.github.dino4j.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamTrialTest {
    private final AtomicLong now = new AtomicLong(1_000);

    /** Runs all turns: a batch of so many pixels takes so long with one stream and with two. */
    private StreamChoice run(StreamTrial trial, List<Long> pixels, double one, double two) {
        int batch = 0;
        while (trial.isOpen()) {
            while (!trial.isTurnFull()) {
                long size = pixels.get(batch++ % pixels.size());
                trial.begins(size);
                now.addAndGet((long) (size * (trial.streams() == 1 ? one : two)));
            }
            trial.turnEnds();
        }
        return trial.choice();
    }

    @ParameterizedTest
    @CsvSource({"2, 10, 8, 2", "2, 8, 10, 1", "1, 10, 8, 2", "1, 8, 10, 1", "1, 10, 9.9, 1", "2, 9.9, 10, 2"})
    void keepsTheFasterOneAndTheUsualOneWhereThereIsNoDifference(int usual, double one, double two, int kept) {
        StreamChoice choice = run(new StreamTrial(usual, now::get), List.of(100L), one, two);

        assertThat(choice.count()).isEqualTo(kept);
        assertThat(choice.reason()).startsWith("measured");
    }

    @Test
    void comparesTimesAPixelSinceBatchesMayBeOfDifferentSizes() {
        List<Long> sizes = List.of(100L, 100L, 100L, 100L, 900L, 900L, 900L, 900L); // by turns

        assertThat(run(new StreamTrial(2, now::get), sizes, 10, 8).count()).isEqualTo(2);
        assertThat(run(new StreamTrial(2, now::get), sizes, 8, 10).count()).isEqualTo(1);
    }

    @Test
    void aSlowFirstTurnDoesNotCount() {
        StreamTrial trial = new StreamTrial(1, now::get);
        while (!trial.isTurnFull()) {
            trial.begins(100);
        }
        now.addAndGet(1_000_000_000); // kernels are made
        trial.turnEnds();

        assertThat(run(trial, List.of(100L), 10, 8).count()).isEqualTo(2);
    }

    @Test
    void takesAsManyBatchesAsItSaysInTurnsOfOneAndTwo() {
        StreamTrial trial = new StreamTrial(2, now::get);
        List<Integer> streams = new ArrayList<>();
        while (trial.isOpen()) {
            trial.begins(0); // nothing could be read
            trial.begins(1);
            streams.add(trial.streams());
            if (trial.isTurnFull()) {
                trial.turnEnds();
            }
        }

        assertThat(streams).hasSize(StreamTrial.BATCHES).contains(1, 2);
        assertThat(StreamTrial.pays(StreamTrial.BATCHES)).isFalse();
    }

    @Test
    void aJobThatEndsEarlyHadWhatIsUsual() {
        StreamTrial trial = new StreamTrial(2, now::get);
        trial.begins(100);

        assertThat(trial.choice().count()).isEqualTo(2);
        assertThat(trial.choice().reason()).contains("over before");
    }
}
