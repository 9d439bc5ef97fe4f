package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.lora.FineTuneFactors;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.lora.LoraFactors;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.nn.LinearShape;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StateDict;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterCommandTest {
    @TempDir
    private Path folder;

    private final Checkpoint checkpoint = Checkpoints.open(Cli.MODEL);
    private final List<LinearShape> layers = LinearLayers.of(Architecture.of(checkpoint, OptionalInt.empty()));
    private Path adapter = Path.of("");
    private Lora lora = Lora.random(LoraSpec.DEFAULT.withRank(2), "tiny", layers, 1);

    private LoraFactors factors(String key) {
        return Objects.requireNonNull(lora.factors().get(key));
    }

    @BeforeEach
    void write() {
        Map<String, LoraFactors> factors = new LinkedHashMap<>();
        lora.factors().forEach((key, pair) -> {
            float[] b = pair.b();
            Arrays.fill(b, 0.25f);
            factors.put(key, new LoraFactors(2, pair.a(), b));
        });
        lora = lora.with(factors);
        adapter = folder.resolve("adapter.safetensors");
        lora.write(adapter, Map.of());
    }

    @Test
    void inspectTellsRankTargetsAndSize() {
        Cli run = Cli.run("adapter", "inspect", adapter).exits(0);

        assertThat(run.out())
                .contains("rank        2")
                .contains("targets     q, v")
                .contains("alpha       none")
                .contains("form        dino4j")
                .contains("parameters  " + lora.parameters());
    }

    @Test
    void convertWritesTheFormOfDinov3FinetuneAndBack() {
        Path tuned = folder.resolve("tuned.safetensors");
        Path back = folder.resolve("back.safetensors");

        Cli.run("adapter", "convert", adapter, tuned, "--to", "finetune").exits(0);
        Cli.run("adapter", "convert", tuned, back).exits(0);

        assertThat(Checkpoints.tensors(tuned).names()).contains("w_a_000", "w_b_001");
        assertThat(Checkpoints.tensors(back).get("blocks.0.v.b").toFloats())
                .isEqualTo(factors("blocks.0.v").b());
    }

    @Test
    void convertAsksForTheBackboneWhereNamesDependOnIt() {
        Cli.run("adapter", "convert", adapter, folder.resolve("peft"), "--to", "peft")
                .fails(ExitCode.USAGE, "--backbone");
    }

    @Test
    void mergeWritesTheSumAndLeavesTheCheckpoint() {
        Path merged = folder.resolve("merged.safetensors");
        float[] before = checkpoint.weights().get("blocks.0.attn.qkv.weight").toFloats();

        Cli.run("adapter", "merge", Cli.MODEL, adapter, merged).exits(0);

        float[] sum = Checkpoints.open(merged)
                .weights()
                .get("blocks.0.attn.qkv.weight")
                .toFloats();
        int width = factors("blocks.0.q").in();
        float[] a = factors("blocks.0.q").a();
        assertThat(sum[0]).isEqualTo(before[0] + 0.25f * a[0] + 0.25f * a[width]);
        assertThat(Arrays.copyOfRange(sum, width * width, 2 * width * width)) // k
                .isEqualTo(Arrays.copyOfRange(before, width * width, 2 * width * width));
        assertThat(checkpoint.weights().get("blocks.0.attn.qkv.weight").toFloats())
                .isEqualTo(before);
    }

    @Test
    void segmentTakesAWholeFileOfDinov3Finetune() {
        int width = factors("blocks.0.q").in();
        StateDict decoder = Checkpoints.tensors(Trained.plainSegmenter(folder.resolve("head.safetensors"), width, 11));
        Path whole = folder.resolve("whole.safetensors");
        FineTuneFactors.write(lora, whole, decoder);

        Cli run = Cli.run(
                        "segment",
                        "-m",
                        Cli.MODEL,
                        "--head",
                        whole,
                        "--side",
                        64,
                        "-o",
                        folder.resolve("out.png"),
                        Cli.SAMPLES.resolve("cat.jpg"))
                .exits(0);

        assertThat(run.err()).contains("LoRA of rank 2 on q, v");
    }

    @Test
    void saysWhatAFileThatIsNoAdapterIs() {
        Cli.run("adapter", "inspect", Cli.MODEL).fails(ExitCode.FAILURE, "no LoRA adapter is in it");
    }
}
