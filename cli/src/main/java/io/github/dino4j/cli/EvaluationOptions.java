package io.github.dino4j.cli;

import io.github.dino4j.data.DataSet;
import io.github.dino4j.eval.Unreadable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What every evaluation is asked: the photos, how many, and where the result goes. */
final class EvaluationOptions {
    @Option(
            names = "--images",
            required = true,
            paramLabel = "FOLDER",
            description = "The photos. Files of a pair have one name but for the ending.")
    private Path images = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The result with its protocol, a .json.")
    private Path output = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "TEXT",
            description = "What the result calls the data set (default: the folder of the photos).")
    private Optional<String> name = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N pairs by name; the result says so.")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--skip-unreadable",
            description =
                    "Leave out photos that cannot be read, and count them (default: nothing is evaluated). A wrong"
                            + " truth ends the evaluation in any case.")
    private boolean skipUnreadable;

    @Option(names = "--json", description = "The result on stdout, as in the file.")
    private boolean json;

    Path output() {
        return output;
    }

    boolean json() {
        return json;
    }

    Unreadable rule() {
        return skipUnreadable ? Unreadable.SKIP : Unreadable.FAIL;
    }

    /** The pairs; told before a model is loaded if files stand alone or the result cannot be written. */
    DataSet set(Path truths) throws IOException {
        Output.checkFile(output);
        DataSet set = DataSet.ofFolders(name.orElse(images.toString()), images, truths);
        return limit.isPresent() ? set.first(limit.get()) : set;
    }
}
