package io.github.dino4j.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Files of LoRA adapters. */
@Command(
        name = "adapter",
        description = "Look into LoRA adapters, rewrite them in another form, or merge one into a checkpoint.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {AdapterInspectCommand.class, AdapterConvertCommand.class, AdapterMergeCommand.class},
        footer = {"", "'dino4j adapter COMMAND --help' tells more and gives examples."})
final class AdapterCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Override
    public Integer call() {
        throw console.usage(
                "a command is missing: 'dino4j adapter inspect', 'dino4j adapter convert' or 'dino4j adapter merge'");
    }
}
