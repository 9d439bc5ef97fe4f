package io.github.dino4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratedCheckpointTest {
    private static final BackboneCatalog.Entry SMALL = BackboneCatalog.get("dinov3_vits16");

    @TempDir
    private Path folder;

    @Test
    void loadsAsTheModelThatItStandsFor() throws Exception {
        Path file = folder.resolve("any.safetensors");

        GeneratedCheckpoint.write(SMALL, DType.F32, file);

        try (Model model = Model.load(file, LoadOptions.DEFAULT)) {
            assertThat(model.card().name()).isEqualTo("dinov3_vits16");
            assertThat(model.card().explanation()).doesNotContain("computed:");
        }
    }

    @Test
    void hasWeightsOfATrainedSize() throws Exception {
        Path file = folder.resolve("any.safetensors");

        GeneratedCheckpoint.write(SMALL, DType.F32, file);

        StateDict weights = Safetensors.open(file);
        assertThat(deviation(weights, "blocks.3.mlp.fc2.weight")).isCloseTo(1 / Math.sqrt(1536), within(1e-3));
        for (float gamma : weights.get("blocks.3.ls1.gamma").toFloats()) {
            assertThat(gamma).isBetween(0.1f, 1f);
        }
        float most = 0;
        for (int block = 0; block < 12; block++) {
            for (float w : weights.get("blocks." + block + ".norm1.weight").toFloats()) {
                most = Math.max(most, w);
            }
        }
        assertThat(most).isBetween(5f, 30f);
        assertThat(weights.get("rope_embed.periods").toFloats())
                .containsExactly(new RotaryEmbedding.Periods.Base(100).values(64));
        float[] mask = weights.get("blocks.0.attn.qkv.bias_mask").toFloats();
        assertThat(mask[0]).isOne();
        assertThat(mask[384]).isZero();
    }

    @Test
    void isTheSameEachTimeAndRoundsToHalfPrecision() throws Exception {
        Path one = folder.resolve("one.safetensors");
        Path two = folder.resolve("two.safetensors");
        Path half = folder.resolve("half.safetensors");

        GeneratedCheckpoint.write(SMALL, DType.F32, one);
        GeneratedCheckpoint.write(SMALL, DType.F32, two);
        GeneratedCheckpoint.write(SMALL, DType.BF16, half);

        assertThat(Files.mismatch(one, two)).isEqualTo(-1);
        String name = "blocks.5.attn.proj.weight";
        assertThat(Safetensors.open(half).get(name).toBytes())
                .isEqualTo(Safetensors.open(one).get(name).as(DType.BF16).toBytes());
    }

    private static double deviation(StateDict weights, String name) {
        double sum = 0;
        float[] values = weights.get(name).toFloats();
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum / values.length);
    }
}
