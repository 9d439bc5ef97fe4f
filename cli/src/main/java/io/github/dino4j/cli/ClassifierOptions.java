package io.github.dino4j.cli;

import io.github.dino4j.classify.ClassificationPredictor;
import io.github.dino4j.classify.ClassifierFile;
import io.github.dino4j.classify.LinearClassifier;
import io.github.dino4j.classify.LinearInput;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A linear classifier and its classes. */
final class ClassifierOptions {
    private static final int RANDOM_CLASSES = 10;

    @Mixin
    private HeadOptions head = new HeadOptions();

    @Option(
            names = "--classes",
            paramLabel = "NAME|FILE",
            description =
                    "Names of the head's outputs: imagenet-1k, or a text file, one a line (default: those in the head's"
                            + " file, imagenet-1k for 1,000 outputs, else numbers).")
    private Optional<String> classes = Optional.empty();

    HeadOptions head() {
        return head;
    }

    /** Before the model is loaded. */
    void check(Console console) {
        head.check(console);
        classes.ifPresent(SegmenterOptions::classes); // a file that is not there
    }

    /** Loads the classifier; the predictor closes it. */
    ClassificationPredictor load(Model model, PhotoFeatureOptions photos, Console console) {
        Optional<ClassifierFile> file = head.file().map(ClassifierFile::open);
        LoadedHead<LinearClassifier> loaded = file.isPresent() ? file.get().load(model) : random(model);
        try {
            file.ifPresent(f -> console.note("head: " + f));
            head.introduce(console);
            ClassList list = list(file, loaded.head().config().classes(), console);
            ClassificationPredictor predictor = ClassificationPredictor.of(model, loaded, list);
            return predictor.with(photos.sized(predictor.transform(), model));
        } catch (RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    private LoadedHead<LinearClassifier> random(Model model) {
        LinearInput input = LinearInput.CLASS_AND_MEAN;
        int count = classes.map(name -> SegmenterOptions.classes(name).size()).orElse(RANDOM_CLASSES);
        LinearClassifier.Config config = new LinearClassifier.Config(input, input.width(model.config()), count);
        return LoadedHead.random(head.seed(), p -> new LinearClassifier(p, config));
    }

    private ClassList list(Optional<ClassifierFile> file, int outputs, Console console) {
        if (classes.isPresent()) {
            ClassList list = SegmenterOptions.classes(classes.get());
            if (list.size() != outputs) {
                throw console.usage("--classes " + classes.get() + ": names " + list.size() + " classes, the head has "
                        + outputs + " outputs. Give the list that it was trained with, one name a line, or leave"
                        + " --classes out.");
            }
            return list;
        }
        return file.flatMap(ClassifierFile::classNames)
                .map(names -> ClassList.of("classes of the head", names))
                .orElseGet(() -> {
                    ClassList usual = ClassificationPredictor.usual(outputs);
                    console.note(
                            usual.name().equals("numbered")
                                    ? "classes: numbered, since the head does not name them; name them with --classes FILE"
                                    : "classes: " + usual.name() + ", as all published classifiers of " + outputs
                                            + " outputs have; --classes names others");
                    return usual;
                });
    }
}
