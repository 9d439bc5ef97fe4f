package io.github.dino4j.cli;

import io.github.dino4j.recipe.Assembly;
import io.github.dino4j.recipe.Recipe;
import io.github.dino4j.train.Trainer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = "Write the head and the adapter of a training run, ended or not; the run stays as it is.",
        footer = {
            "",
            "Examples:",
            "  dino4j export runs/camvid -o camvid-best",
            "  dino4j export runs/camvid -o camvid --merge",
            "  dino4j segment -m camvid/backbone.safetensors --head camvid/head.safetensors photo.jpg",
            "  dino4j segment -m dinov3_vits16.pth --adapter camvid/adapter.safetensors \\",
            "      --head camvid/head.safetensors photo.jpg"
        })
final class ExportCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Parameters(index = "0", paramLabel = "RUN", description = "Folder of the run.")
    private Path run = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Where the files appear (default: 'export' in the run's folder).")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--last", description = "The last checkpoint instead of the best.")
    private boolean last;

    @Option(
            names = "--merge",
            description =
                    "Also the whole backbone, with the adapter in its weights: backbone.safetensors, which needs no"
                            + " --adapter.")
    private boolean merge;

    @Option(names = "--json", description = "The files as JSON on stdout.")
    private boolean json;

    @Override
    public Integer call() {
        Path folder = output.orElseGet(() -> run.resolve("export"));
        List<Path> files;
        try (Assembly assembly = Assembly.of(Recipe.ofRun(run))) {
            files = assembly.export(run, folder, last ? Trainer.Checkpoint.LAST : Trainer.Checkpoint.BEST, merge);
        }
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("run", run.toString());
            map.put("checkpoint", last ? "last" : "best");
            map.put("files", files.stream().map(Path::toString).toList());
            console.json(map);
        } else {
            files.forEach(console.out()::println);
        }
        return ExitCode.OK;
    }
}
