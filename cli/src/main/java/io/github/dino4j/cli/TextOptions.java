package io.github.dino4j.cli;

import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import io.github.dino4j.text.DinoTxtFile;
import io.github.dino4j.text.PromptTemplates;
import io.github.dino4j.text.TextEncoder;
import io.github.dino4j.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A dino.txt on a backbone, and the words that it compares photos with. */
final class TextOptions {
    @Mixin
    private HeadOptions head = new HeadOptions();

    @Option(
            names = "--text-encoder",
            paramLabel = "FILE",
            description =
                    "The text encoder, where it is in a file of its own (DINOv2); --head is then the vision head.")
    private Optional<Path> textEncoder = Optional.empty();

    @Option(
            names = "--merges",
            paramLabel = "FILE",
            description = "CLIP's list of byte pairs (default: bpe_simple_vocab_16e6.txt.gz beside the head's file).")
    private Optional<Path> merges = Optional.empty();

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
        return head;
    }

    /** Before the model is loaded. */
    void check(Console console) {
        head.check(console);
        if (textEncoder.isPresent() && head.file().isEmpty()) {
            throw console.usage("--text-encoder is for --head FILE, the vision head that belongs to it");
        }
        for (Optional<Path> file : List.of(textEncoder, merges)) {
            if (file.isPresent() && !Files.exists(file.get())) {
                throw console.usage(file.get() + ": no such file. Check the path.");
            }
        }
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
        head.introduce(console);
        TextEncoder encoder = head.file().isPresent()
                ? fromFiles(model, head.file().get())
                : TextEncoder.random(model, merges.map(Tokenizer::read).orElseGet(Tokenizer::ofBytes), head.seed());
        long cut = classes().names().stream()
                .flatMap(name -> templates().of(name).stream())
                .filter(text -> !encoder.fits(text))
                .count();
        if (cut > 0) {
            console.note("warning: " + cut + " texts are longer than the "
                    + encoder.head().config().text().context()
                    + " tokens that the text encoder reads; what is behind is"
                    + " left out. Shorten the names or the templates.");
        }
        return encoder;
    }

    private TextEncoder fromFiles(Model model, Path file) {
        List<Path> files = new ArrayList<>(List.of(file));
        textEncoder.ifPresent(files::add);
        Path[] paths = files.toArray(Path[]::new);
        return merges.isPresent()
                ? TextEncoder.load(model, DinoTxtFile.open(paths), Tokenizer.read(merges.get()))
                : TextEncoder.load(model, paths);
    }
}
