package io.github.dino4j.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConvNextTest {
    private static final ConvNextConfig CONFIG =
            new ConvNextConfig(3, List.of(1, 1, 2, 1), List.of(16, 24, 40, 64), false, OptionalInt.empty());

    private Arena arena;
    private Scope scope;
    private Parameters plain;

    @BeforeEach
    void open() {
        arena = new Arena();
        scope = Scope.tiled();
        plain = Parameters.of(new RandomParameters(1, arena));
    }

    @AfterEach
    void close() {
        scope.close();
        arena.close();
    }

    private static Tensor images(int batch, int height, int width) {
        float[] values = new float[batch * 3 * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        return Tensor.of(values, batch, 3, height, width);
    }

    private Backbone packed() {
        assumeTrue(Precision.FLOAT32.supported(), "this processor has no kernels to pack for");
        return Backbone.of(CONFIG, plain.packed(Precision.FLOAT32));
    }

    @Test
    void packedWeightsGiveTheSameTokensWhateverTheSize() {
        Backbone packed = packed();
        Tensor pixels = images(2, 71, 102); // no multiple of anything

        float[] expected =
                Backbone.of(CONFIG, plain).forward(pixels).normed().tokens().toFloats();
        float[] got = packed.forward(pixels).normed().tokens().toFloats();

        assertThat(got).containsExactly(expected, within(1e-4f));
    }

    @Test
    void packedTokensOfAnImageDoNotDependOnTheBatch() {
        Backbone packed = packed();
        Tensor pixels = images(3, 64, 96);

        Tensor together = packed.forward(pixels).normed().tokens().narrow(0, 1, 1);
        Tensor alone = packed.forward(pixels.narrow(0, 1, 1)).normed().tokens();

        assertThat(together.toFloats()).isEqualTo(alone.toFloats());
    }

    @Test
    void innerLayersAreTheMapsOfTheStages() {
        List<Tokens> maps = packed().intermediate(images(1, 64, 96), Layers.of(0, 3), false);

        assertThat(maps.get(0).map().shape()).containsExactly(1, 16, 16, 24);
        assertThat(maps.get(1).map().shape()).containsExactly(1, 64, 2, 3);
    }

    /** The first map of this network takes 36 MB, which the system takes back as soon as it is freed; the rest little. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStageFreesWhatCameBeforeIt(boolean pack) {
        assumeTrue(!pack || Precision.FLOAT32.supported(), "this processor has no kernels to pack for");
        ConvNextConfig wideAtFirst =
                new ConvNextConfig(3, List.of(1, 1, 1, 1), List.of(128, 8, 8, 8), false, OptionalInt.empty());
        Backbone backbone = Backbone.of(wideAtFirst, pack ? plain.packed(Precision.FLOAT32) : plain);
        Tensor pixels = images(1, 1024, 1152);
        backbone.forward(pixels); // makes kernels and what they keep for themselves, starts threads
        long before = Engine.residentBytes();
        AtomicLong atTheEnd = new AtomicLong();

        try (Trace trace = Trace.start((stage, map) -> {
            if (stage.equals("stages.3")) {
                atTheEnd.set(Engine.residentBytes());
            }
        })) {
            backbone.forward(pixels);
        }

        assertThat(atTheEnd.get() - before).isLessThan(24_000_000);
    }
}
