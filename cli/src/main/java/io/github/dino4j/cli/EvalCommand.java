package io.github.dino4j.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "eval",
        description = "Measure a head over photos with their truth; the result holds all that the number depends on.",
        synopsisSubcommandLabel = "TASK",
        subcommands = {
            EvalSegmentationCommand.class,
            EvalDepthCommand.class,
            EvalClassificationCommand.class,
            EvalTrackingCommand.class,
            EvalDetectionCommand.class
        },
        footer = {"", "'dino4j eval TASK --help' tells more and gives examples."})
final class EvalCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Override
    public Integer call() {
        throw console.usage(
                "a task is missing: 'dino4j eval segmentation', 'depth', 'classification', 'detection' or 'tracking'");
    }
}
