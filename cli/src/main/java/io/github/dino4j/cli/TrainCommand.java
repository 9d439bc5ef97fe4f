package io.github.dino4j.cli;

import io.github.dino4j.recipe.Assembly;
import io.github.dino4j.recipe.Recipe;
import io.github.dino4j.recipe.RecipeTemplate;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.train.TrainingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "train",
        description =
                "Train a head, LoRA and a head, or a backbone from photos alone, as a recipe says: one YAML file.",
        footer = {
            "",
            "Examples:",
            "  dino4j train --init segmentation > my.yaml",
            "  dino4j train my.yaml -o runs/first",
            "  dino4j train my.yaml -o runs/second training.epochs=5 backbone.lora.rank=8",
            "  dino4j resume runs/first",
            "  dino4j train my.yaml -o runs/both --rank 0 --world 2 --address 10.0.0.1:29500",
            "",
            "The folder gets curves, pictures, metrics (JSON lines, CSV, TensorBoard), checkpoints",
            "and in the end the head and the adapter. A run may be killed at any moment: 'resume'",
            "goes on from its last checkpoint. Ctrl-C saves one first."
        })
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private RankOptions ranks = new RankOptions();

    @Option(
            names = "--init",
            paramLabel = "TASK",
            description = "Write a commented recipe to stdout: segmentation, depth, classification, detection,"
                    + " distillation, self-supervised.")
    private Optional<String> init = Optional.empty();

    @Parameters(index = "0", arity = "0..1", paramLabel = "RECIPE", description = "The YAML file.")
    private Optional<Path> file = Optional.empty();

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "KEY=VALUE", description = "Changes to the recipe.")
    private List<String> changes = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Folder of the run (default: runs/ and the recipe's name).")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Threads of the engine (default: all cores).")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--check", description = "Only read and check every file, and say what was found.")
    private boolean checkOnly;

    @Option(names = "--no-check", description = "Begin without reading every file first.")
    private boolean noCheck;

    @Option(names = "--json", description = "The result as JSON on stdout.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (init.isPresent()) {
            console.out().print(RecipeTemplate.of(init.get()));
            console.out().flush();
            return ExitCode.OK;
        }
        Path recipe = file.orElseThrow(() ->
                console.usage("a recipe is missing; a commented one: dino4j train --init segmentation > my.yaml"));
        threads.ifPresent(Engine::threads);
        Path folder = output.orElseGet(() -> Path.of("runs", stem(recipe)));
        if (!checkOnly && Files.exists(folder.resolve("run.json"))) { // before minutes of checking
            throw new TrainingException(
                    folder + ": holds a run already. Go on with it (dino4j resume), or give another folder with -o.");
        }
        try (Assembly run = Assembly.of(Recipe.read(recipe).with(changes))) {
            TrainingRun training = new TrainingRun(console, run, folder, json);
            if (!noCheck || checkOnly) {
                training.check();
            }
            return checkOnly ? ExitCode.OK : ranks.run(console, training::train);
        }
    }

    private static String stem(Path recipe) {
        String name = String.valueOf(recipe.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
