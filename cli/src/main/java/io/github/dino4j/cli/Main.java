package io.github.dino4j.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code dino4j}. */
@Command(
        name = "dino4j",
        description = "DINO vision models (v1, v2, v3) from the command line: features, pictures, masks, depth, boxes,"
                + " checkpoints. Nothing is"
                + " downloaded; weights are files that you give (.pth, .safetensors, or a folder; Meta, Hugging Face or"
                + " timm).",
        version = "Dino4J 0.1.0-SNAPSHOT",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            FeaturesCommand.class,
            PcaCommand.class,
            AttentionCommand.class,
            SimilarityCommand.class,
            ClassifyCommand.class,
            KnnCommand.class,
            IndexCommand.class,
            SearchCommand.class,
            FindCommand.class,
            DuplicatesCommand.class,
            SegmentCommand.class,
            DepthCommand.class,
            DetectCommand.class,
            MatchCommand.class,
            TrackCommand.class,
            ForegroundCommand.class,
            ZeroshotCommand.class,
            EvalCommand.class,
            TrainCommand.class,
            ResumeCommand.class,
            ExportCommand.class,
            InfoCommand.class,
            ModelsCommand.class,
            ConvertCommand.class,
            AdapterCommand.class,
            BenchCommand.class,
            CompareCommand.class,
            CompareFusionCommand.class,
            OnnxCommand.class,
            CompletionCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:done",
            "  1:failed; the message says why and the way out",
            "  2:the command line does not fit: unknown option, impossible size",
            "  3:done, but some images could not be read or used; they are listed at the end",
            "130:interrupted (Ctrl-C); 'features' and 'index' go on where they stopped when run again,"
                    + " 'train' with 'resume'"
        },
        footer = {"", "Begin with: dino4j demo", "'dino4j COMMAND --help' tells more and gives examples."})
final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main() {}

    public static void main(String[] args) {
        CommandLine main = commandLine();
        int code = main.execute(args);
        main.getOut().flush();
        System.exit(code);
    }

    /** The whole command line, errors included; tests set its streams. */
    static CommandLine commandLine() {
        CommandLine main = new CommandLine(new Main());
        main.setCaseInsensitiveEnumValuesAllowed(true);
        main.setExpandAtFiles(false); // @list.txt is a list of images
        main.setUsageHelpAutoWidth(true);
        main.setUsageHelpLongOptionsMaxWidth(30);
        main.setParameterExceptionHandler((e, args) -> {
            int code = usage(e.getCommandLine(), String.valueOf(e.getMessage()));
            UnmatchedArgumentException.printSuggestions(e, e.getCommandLine().getErr());
            return code;
        });
        main.setExecutionExceptionHandler((e, command, result) -> Failures.report(e, command));
        return main;
    }

    static int usage(CommandLine command, String message) {
        command.getErr().println("dino4j: " + message);
        command.getErr().println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a command is missing: begin with 'dino4j demo'");
    }
}
