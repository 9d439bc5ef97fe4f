package io.github.dino4j.cli;

import io.github.dino4j.predict.Model;
import io.github.dino4j.text.DinoTxtFile;
import io.github.dino4j.text.TextEncoder;
import io.github.dino4j.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A dino.txt on a backbone. */
final class TextEncoderOptions {
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
    }

    /** Loads the dino.txt. */
    TextEncoder load(Model model, Console console) {
        head.introduce(console);
        return head.file().isPresent()
                ? fromFiles(model, head.file().get())
                : TextEncoder.random(model, merges.map(Tokenizer::read).orElseGet(Tokenizer::ofBytes), head.seed());
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
