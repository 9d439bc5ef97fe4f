package io.github.dino4j.cli;

import io.github.dino4j.recipe.Assembly;
import io.github.dino4j.recipe.Recipe;
import io.github.dino4j.tensor.Engine;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "resume",
        description = "Go on with a training run from its last checkpoint; the result is as if it had never stopped.",
        footer = {"", "Example:", "  dino4j resume runs/camvid"})
final class ResumeCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private RankOptions ranks = new RankOptions();

    @Parameters(index = "0", paramLabel = "FOLDER", description = "Folder of the run.")
    private Path folder = Path.of("");

    @Option(names = "--threads", paramLabel = "N", description = "Threads of the engine (default: all cores).")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--json", description = "The result as JSON on stdout.")
    private boolean json;

    @Override
    public Integer call() {
        threads.ifPresent(Engine::threads);
        try (Assembly run = Assembly.of(Recipe.ofRun(folder))) {
            return ranks.run(console, new TrainingRun(console, run, folder, json)::resume);
        }
    }
}
