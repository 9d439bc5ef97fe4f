package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Memory;
import io.github.dino4j.predict.LoadOptions.Periods;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.predict.Reference;
import io.github.dino4j.tensor.Engine;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a checkpoint file may leave open. */
final class LoadingOptions {
    private static final List<String> OF_FILES =
            List.of("--model", "--part", "--heads", "--reference", "--rope", "--memory");

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Name in the catalogue, where a file fits several ('dino4j models').")
    private Optional<String> model = Optional.empty();

    @Option(
            names = "--part",
            paramLabel = "KEY",
            description = "Part of a training checkpoint: teacher (default), student, or another key.")
    private Optional<String> part = Optional.empty();

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads, where the file does not tell.")
    private Optional<Integer> heads = Optional.empty();

    @Option(
            names = "--reference",
            description = "Whose numbers to give where libraries differ: ${COMPLETION-CANDIDATES} (default:"
                    + " ${DEFAULT-VALUE}).")
    private Numbers reference = Numbers.meta;

    @Option(
            names = "--rope",
            description = "Rotary periods of v3: as the checkpoint stores them or recomputed; ${COMPLETION-CANDIDATES}"
                    + " (default: as the reference does).")
    private Optional<Rope> rope = Optional.empty();

    @Option(
            names = "--memory",
            description =
                    "How weights are held: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, float32 unless that"
                            + " takes more than half of the memory).")
    private Hold memory = Hold.AUTO;

    @Option(
            names = "--precision",
            description =
                    "Arithmetic: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}; 'dino4j bench' tells what each"
                            + " gains and costs).")
    private Arithmetic precision = Arithmetic.float32;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of the engine (default: all cores).")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--explain",
            description =
                    "Tell on stderr which naming the file has, what was renamed, split or joined, what was left over.")
    private boolean explain;

    enum Numbers {
        meta(Reference.META),
        huggingface(Reference.HUGGING_FACE),
        timm(Reference.TIMM);

        private final Reference reference;

        Numbers(Reference reference) {
            this.reference = reference;
        }
    }

    enum Rope {
        checkpoint(Periods.CHECKPOINT),
        fp32(Periods.FLOAT32);

        private final Periods periods;

        Rope(Periods periods) {
            this.periods = periods;
        }
    }

    enum Hold {
        AUTO("auto", Memory.AUTO),
        FLOAT32("float32", Memory.FLOAT32),
        AS_STORED("as-stored", Memory.AS_STORED);

        private final String label;
        private final Memory memory;

        Hold(String label, Memory memory) {
            this.label = label;
            this.memory = memory;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** Loads a model and says what it is. */
    Dino load(Path file, Console console) {
        applyThreads();
        return introduce(Dino.load(file, options()), console);
    }

    /** A model drawn at random has no file: whoever says how to read one is told so. */
    void requireNoFile(Console console) {
        for (String option : OF_FILES) {
            if (console.given(option)) {
                throw console.usage(
                        option + " tells how a checkpoint is read, and a model drawn at random has none; leave" + " "
                                + option + " out, or name a file with -m");
            }
        }
    }

    void applyThreads() {
        threads.ifPresent(Engine::threads);
    }

    /** One line on stderr: title, licence, parameters; then the warnings. */
    Dino introduce(Dino dino, Console console) {
        ModelCard card = dino.card();
        if (explain) {
            console.err().print(card.explanation());
        }
        console.note(String.format(
                java.util.Locale.ROOT,
                "%s (%s, %,d parameters), licence of the weights: %s",
                card.title(),
                card.name(),
                card.parameters(),
                card.licence()));
        card.warnings().forEach(warning -> console.note("warning: " + warning));
        return dino;
    }

    Optional<String> model() {
        return model;
    }

    Optional<String> part() {
        return part;
    }

    Optional<Integer> heads() {
        return heads;
    }

    boolean explain() {
        return explain;
    }

    LoadOptions options() {
        LoadOptions options = LoadOptions.DEFAULT
                .withReference(reference.reference)
                .withMemory(memory.memory)
                .withPrecision(precision.precision());
        if (model.isPresent()) {
            options = options.withModel(model.get());
        }
        if (part.isPresent()) {
            options = options.withPart(part.get());
        }
        if (heads.isPresent()) {
            options = options.withHeads(heads.get());
        }
        return rope.isPresent() ? options.withPeriods(rope.get().periods) : options;
    }
}
