package io.github.dino4j.cli;

import io.github.dino4j.data.ClassFolders;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.eval.Unreadable;
import io.github.dino4j.predict.ClassList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Photos with their classes, to measure with. */
final class ClassFolderOptions {
    @Option(
            names = "--train",
            paramLabel = "FOLDER",
            description = "Photos whose classes are known, FOLDER/CLASS/*.jpg; a head does without.")
    private Optional<Path> train = Optional.empty();

    @Option(
            names = "--test",
            required = true,
            paramLabel = "FOLDER",
            description = "Photos whose classes are to be found, in folders of the same names.")
    private Path test = Path.of("");

    @Option(
            names = "--train-per-class",
            paramLabel = "N",
            description = "Only the first N of each class by name; the result says so.")
    private Optional<Integer> trainPerClass = Optional.empty();

    @Option(names = "--test-per-class", paramLabel = "N", description = "The same of the test photos.")
    private Optional<Integer> testPerClass = Optional.empty();

    @Option(
            names = "--skip-unreadable",
            description = "Leave out photos that cannot be read, and count them (default: nothing is evaluated).")
    private boolean skipUnreadable;

    Unreadable rule() {
        return skipUnreadable ? Unreadable.SKIP : Unreadable.FAIL;
    }

    TruthSet train(Console console) {
        return first(
                "--train-per-class",
                ClassFolders.read(train.orElseThrow(() -> console.usage(
                        "the photos whose classes are known are missing: name their folder with --train FOLDER"))),
                trainPerClass,
                console);
    }

    /** In the order of the classes of a head or of the training photos. */
    TruthSet test(ClassList classes, Console console) {
        return first("--test-per-class", ClassFolders.read(test, classes), testPerClass, console);
    }

    private static TruthSet first(String option, TruthSet set, Optional<Integer> most, Console console) {
        if (most.isEmpty()) {
            return set;
        }
        if (most.get() < 1) {
            throw console.usage(option + " " + most.get() + ": wanted a number of photos above 0");
        }
        int[] counts = new int[set.classes().size()];
        List<Example> some = new ArrayList<>();
        for (Example example : set.examples()) {
            if (counts[example.category().orElseThrow()]++ < most.get()) {
                some.add(example);
            }
        }
        return TruthSet.of(set.name() + ", first " + most.get() + " of each class", set.classes(), some);
    }
}
