package io.github.dino4j.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Print a completion script for bash and zsh.",
        footer = {"", "Example: source <(dino4j completion)"})
final class CompletionCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        console.out().print(AutoComplete.bash("dino4j", spec.root().commandLine()));
        return ExitCode.OK;
    }
}
