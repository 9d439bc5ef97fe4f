package io.github.dino4j.cli;

import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.export.CheckpointConverter;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a checkpoint with an adapter in its weights. */
@Command(
        name = "merge",
        description =
                "Write a checkpoint with an adapter in its weights; every program that loads the backbone loads it.",
        footer = {
            "",
            "Examples:",
            "  dino4j adapter merge dinov3_vitl16.pth voc.pt merged.safetensors",
            "  dino4j adapter merge vits16.safetensors peft/ merged-hf/ --naming huggingface",
            "",
            "Merged matrices are written in float32, since rounding them would lose small",
            "changes. The checkpoint itself stays as it is: to undo, go on with it."
        })
final class AdapterMergeCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "The backbone it was trained on.")
    private Path in = Path.of("");

    @Parameters(index = "1", paramLabel = "ADAPTER", description = "A file, or a folder of PEFT.")
    private Path adapter = Path.of("");

    @Parameters(index = "2", paramLabel = "OUT", description = "A .safetensors file, or a folder.")
    private Path out = Path.of("");

    @Option(names = "--naming", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private CheckpointConverter.Library naming = CheckpointConverter.Library.OFFICIAL;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Name in the catalogue, where the shape fits several.")
    private Optional<String> model = Optional.empty();

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads, where the file does not tell.")
    private Optional<Integer> heads = Optional.empty();

    @Override
    public Integer call() {
        Checkpoint checkpoint = Checkpoints.open(in);
        OptionalInt count = heads.map(OptionalInt::of).orElse(OptionalInt.empty());
        Lora lora = Lora.read(adapter, LinearLayers.of(Architecture.of(checkpoint, count)));
        Checkpoint merged = new Checkpoint(
                checkpoint.path(),
                checkpoint.container(),
                checkpoint.naming(),
                lora.merge(checkpoint.weights()),
                checkpoint.extras(),
                checkpoint.hints(),
                checkpoint.metadata(),
                checkpoint.explanation());
        CheckpointConverter.Result result = new CheckpointConverter(
                        merged,
                        new CheckpointConverter.Options(naming, Optional.empty(), model, count, OptionalLong.empty()))
                .convert(out);
        console.note("merged   " + lora);
        console.out()
                .println(String.format(
                        Locale.ROOT,
                        "%s: %d tensors, %.1f MB, %s",
                        result.weights(),
                        result.tensors(),
                        result.bytes() / 1e6,
                        result.naming().label()));
        return ExitCode.OK;
    }
}
