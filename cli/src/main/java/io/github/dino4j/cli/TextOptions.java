package io.github.dino4j.cli;

import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import io.github.dino4j.text.PromptTemplates;
import io.github.dino4j.text.TextEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A dino.txt on a backbone, and the words that it compares photos with. */
final class TextOptions {
    @Mixin
    private TextEncoderOptions encoder = new TextEncoderOptions();

    @Option(
            names = "--class",
            paramLabel = "NAME",
            description = "A class in words, such as \"a red car\"; once for each.")
    private List<String> names = List.of();

    @Option(
            names = "--classes",
            paramLabel = "CLASSES",
            description = "Or a list: a built-in one (see 'dino4j segment --help'), or a text file with a name a line.")
    private Optional<String> classes = Optional.empty();

    @Option(
            names = "--templates",
            paramLabel = "FILE",
            description =
                    "Sentences for the names, one a line with {} where the name stands; their mean counts (default:"
                            + " an ensemble of Dino4J's own).")
    private Optional<Path> templates = Optional.empty();

    HeadOptions head() {
        return encoder.head();
    }

    /** Before the model is loaded. */
    void check(Console console) {
        encoder.check(console);
        if (names.isEmpty() == classes.isEmpty()) {
            throw console.usage(
                    names.isEmpty()
                            ? "no class is named: say what to look for, --class cat --class dog, or --classes FILE"
                            : "--class and --classes exclude each other; take one");
        }
        if (names.stream().anyMatch(String::isBlank)) {
            throw console.usage("--class: a name must not be empty");
        }
        classes();
        templates();
    }

    ClassList classes() {
        return classes.isPresent() ? SegmenterOptions.classes(classes.get()) : ClassList.of("command line", names);
    }

    PromptTemplates templates() {
        return templates.isPresent() ? PromptTemplates.read(templates.get()) : PromptTemplates.ensemble();
    }

    /** Loads the dino.txt; says which texts it sees only in part. */
    TextEncoder load(Model model, Console console) {
        TextEncoder loaded = encoder.load(model, console);
        long cut = classes().names().stream()
                .flatMap(name -> templates().of(name).stream())
                .filter(text -> !loaded.fits(text))
                .count();
        if (cut > 0) {
            console.note("warning: " + cut + " texts are longer than the "
                    + loaded.head().config().text().context()
                    + " tokens that the text encoder reads; what is behind is"
                    + " left out. Shorten the names or the templates.");
        }
        return loaded;
    }
}
