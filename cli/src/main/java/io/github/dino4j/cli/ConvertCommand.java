package io.github.dino4j.cli;

import io.github.dino4j.export.CheckpointConverter;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Explanation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "convert",
        description = "Rewrite a checkpoint as safetensors under the names of another library.",
        footer = {
            "",
            "Examples:",
            "  dino4j convert dinov3_vits16.pth vits16.safetensors",
            "  dino4j convert vits16.safetensors vits16-hf/ --naming huggingface",
            "  dino4j convert vit7b16.pth vit7b16/ --naming huggingface --dtype bfloat16 --max-shard 5000",
            "",
            "A folder gets model.safetensors and, under Hugging Face's names, config.json",
            "and preprocessor_config.json."
        })
final class ConvertCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Parameters(index = "0", paramLabel = "IN", description = "Checkpoint file or folder.")
    private Path in = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "A .safetensors file, or a folder.")
    private Path out = Path.of("");

    @Option(names = "--naming", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private CheckpointConverter.Library naming = CheckpointConverter.Library.OFFICIAL;

    @Option(names = "--dtype", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Stored dtype = Stored.AS_STORED;

    @Option(names = "--part", paramLabel = "KEY", description = "Part of a training checkpoint (default: teacher).")
    private Optional<String> part = Optional.empty();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Name in the catalogue, written into the file where its shape fits several.")
    private Optional<String> model = Optional.empty();

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads, where the file does not tell.")
    private Optional<Integer> heads = Optional.empty();

    @Option(
            names = "--max-shard",
            paramLabel = "MB",
            description = "Write several files of at most so many megabytes and their index; OUT is a folder then.")
    private Optional<Long> maxShard = Optional.empty();

    @Option(names = "--json", description = "What was done as JSON on stdout.")
    private boolean json;

    enum Stored {
        AS_STORED("as-stored", Optional.empty()),
        FLOAT32("float32", Optional.of(DType.F32)),
        FLOAT16("float16", Optional.of(DType.F16)),
        BFLOAT16("bfloat16", Optional.of(DType.BF16));

        private final String label;
        private final Optional<DType> dtype;

        Stored(String label, Optional<DType> dtype) {
            this.label = label;
            this.dtype = dtype;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    @Override
    public Integer call() {
        Checkpoint checkpoint = Checkpoints.open(in, new Checkpoints.Options(part));
        CheckpointConverter converter = new CheckpointConverter(
                checkpoint,
                new CheckpointConverter.Options(
                        naming,
                        dtype.dtype,
                        model,
                        heads.map(OptionalInt::of).orElse(OptionalInt.empty()),
                        maxShard.map(mb -> OptionalLong.of(mb * 1_000_000)).orElse(OptionalLong.empty())));
        CheckpointConverter.Result result = converter.convert(out);
        Explanation written = Checkpoints.open(result.weights()).explanation();
        if (json) {
            console.json(json(checkpoint, result));
        } else {
            console.note("read     " + checkpoint.explanation().toString().stripTrailing());
            console.note("written  " + written.toString().stripTrailing());
            list("left out (" + naming + " does without): ", result.left());
            list("not converted (no part of the backbone): ", result.apart());
            if (result.model().isEmpty()) {
                console.note(
                        "note: the shape alone does not tell which published model this is; --model NAME writes it in");
            }
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%s: %d tensors, %.1f MB, %s",
                            result.weights(),
                            result.tensors(),
                            result.bytes() / 1e6,
                            result.naming().label()));
        }
        return ExitCode.OK;
    }

    private void list(String label, List<String> names) {
        if (!names.isEmpty()) {
            String first = String.join(", ", names.subList(0, Math.min(6, names.size())));
            console.note(label + first + (names.size() > 6 ? " and " + (names.size() - 6) + " more" : ""));
        }
    }

    private static Map<String, Object> json(Checkpoint checkpoint, CheckpointConverter.Result result) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("files", result.files().stream().map(Path::toString).toList());
        map.put("naming", result.naming().name());
        map.put("tensors", result.tensors());
        map.put("bytes", result.bytes());
        result.model().ifPresent(name -> map.put("model", name));
        map.put("leftOut", result.left());
        map.put("notConverted", result.apart());
        map.put("source", checkpoint.explanation().toMap());
        return map;
    }
}
