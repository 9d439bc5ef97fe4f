package io.github.dino4j.cli;

import io.github.dino4j.export.Fingerprint;
import io.github.dino4j.train.LoraBackbone;
import io.github.dino4j.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The head on a backbone. */
final class HeadOptions {
    @Option(names = "--head", paramLabel = "FILE", description = "The head's file, trained on this backbone.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--random-head",
            paramLabel = "SEED",
            description = "No file: a linear head with weights drawn from SEED, to try the command. It runs and knows"
                    + " nothing; every output says so.")
    private Optional<Long> seed = Optional.empty();

    /** Before anything is loaded: one of the two is given, and the file is there. */
    void check(Console console) {
        if (file.isPresent() == seed.isPresent()) {
            throw console.usage(
                    file.isPresent()
                            ? "--head and --random-head exclude each other; take one"
                            : "a head is missing: give its file with --head FILE, or try the command with --random-head 7,"
                                    + " which knows nothing");
        }
        if (file.isPresent() && !Files.exists(file.get())) {
            throw console.usage("--head " + file.get() + ": no such file. Check the path.");
        }
    }

    Optional<Path> file() {
        return file;
    }

    long seed() {
        return seed.orElseThrow();
    }

    /** What everybody should know who looks at the result: the warnings of the backbone, and a head that knows nothing. */
    List<String> warnings(List<String> ofBackbone) {
        List<String> warnings = new ArrayList<>(ofBackbone);
        seed.ifPresent(s -> warnings.add("The head is drawn at random from seed " + s
                + ": it runs and knows nothing, the result means nothing."));
        return warnings;
    }

    /** Says on stderr if the head was trained over another adapter than the backbone now has. */
    void compare(ModelOptions model, Console console) {
        if (file.isEmpty()
                || !Files.isRegularFile(file.get())
                || !String.valueOf(file.get()).endsWith(".safetensors")) {
            return;
        }
        String trained = Safetensors.metadata(file.get()).getOrDefault(LoraBackbone.METADATA_KEY, "");
        String merged = model.safetensors()
                .map(path -> Safetensors.metadata(path).getOrDefault(LoraBackbone.METADATA_KEY, ""))
                .orElse("");
        String now = model.adapter()
                .filter(Files::isRegularFile)
                .map(Fingerprint::of)
                .orElse(merged);
        if (!trained.isEmpty() && !trained.equals(now)) {
            console.note("warning: the head was trained over an adapter, and the backbone has "
                    + (now.isEmpty() ? "none" : "another") + ". Give it with --adapter FILE, the adapter.safetensors"
                    + " beside the head.");
        }
    }

    /** Says on stderr that the head knows nothing, before the work. */
    void introduce(Console console) {
        warnings(List.of()).forEach(warning -> console.note("warning: " + warning));
    }

    /** Says it on stdout, below the result. */
    void conclude(Console console) {
        warnings(List.of()).forEach(console.out()::println);
    }
}
