package io.github.dino4j.cli;

import io.github.dino4j.detect.CocoClasses;
import io.github.dino4j.detect.DetectionOptions;
import io.github.dino4j.detect.DetectionPredictor;
import io.github.dino4j.detect.Detector;
import io.github.dino4j.detect.DetectorConfig;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A detector, its classes, and how photos go through it. */
final class DetectorOptions {
    /** Shorter side for a random detector, which has learned none. */
    private static final int RANDOM_SIDE = 480;

    @Mixin
    private HeadOptions head = new HeadOptions();

    @Option(
            names = "--classes",
            paramLabel = "NAME|FILE",
            description =
                    "Names of the detector's outputs: coco (80 or 91 outputs), or a text file with one name a line"
                            + " (default: those that the file names, COCO's for 80 or 91 outputs, else numbers).")
    private Optional<String> classes = Optional.empty();

    @Option(
            names = "--side",
            paramLabel = "N|own",
            description =
                    "Pixels of the shorter side that photos are resized to first; 'own' leaves them (default: as in"
                            + " training). Boxes are in the photo's pixels in any case.")
    private Optional<String> side = Optional.empty();

    @Option(
            names = "--score",
            paramLabel = "S",
            description = "Least score of a detection, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double score = 0.3;

    @Option(names = "--most", paramLabel = "N", description = "Most detections in a photo (default: ${DEFAULT-VALUE}).")
    private int most = 100;

    HeadOptions head() {
        return head;
    }

    /** Before the model is loaded. */
    void check(Console console) {
        head.check(console);
        if (!(score >= 0 && score <= 1)) {
            throw console.usage("--score " + score + ": a score lies between 0 and 1");
        }
        if (most < 1) {
            throw console.usage("--most " + most + ": wanted one detection or more");
        }
        if (side.isPresent() && !side.get().equals("own") && !side.get().matches("[1-9]\\d{0,5}")) {
            throw console.usage("--side " + side.get() + ": wanted a number of pixels above 0, or 'own'");
        }
        classes.filter(name -> !name.equals("coco")).ifPresent(SegmenterOptions::classes);
    }

    /** For measuring: the 100 best of a photo, however bad, unless the options say otherwise. */
    void measure(Console console) {
        score = console.given("--score") ? score : 0;
    }

    /** Loads the detector; the predictor closes it. */
    DetectionPredictor load(Model model, Console console) {
        DetectionPredictor predictor;
        if (head.file().isPresent()) {
            Optional<ClassList> named =
                    classes.filter(name -> !name.equals("coco")).map(SegmenterOptions::classes);
            predictor = DetectionPredictor.load(
                    model,
                    head.file().get(),
                    named,
                    options -> changed(options, model.config().patch()));
            if (classes.filter("coco"::equals).isPresent()
                    && !predictor.classes().name().startsWith("coco")) {
                int outputs = predictor.classes().size();
                predictor.close();
                throw console.usage(
                        "--classes coco: the detector has " + outputs
                                + " outputs, COCO 80 or 91. Name its classes in a text file, one a line, or leave --classes out.");
            }
        } else {
            predictor = random(model);
        }
        console.note("detector: " + predictor.head().config().queries() + " queries, "
                + predictor.classes().size() + " classes ("
                + predictor.classes().name() + ")");
        head.introduce(console);
        return predictor;
    }

    private DetectionPredictor random(Model model) {
        ClassList list = classes.filter(name -> !name.equals("coco"))
                .map(SegmenterOptions::classes)
                .orElseGet(CocoClasses::list);
        DetectorConfig config = DetectorConfig.light(model.config(), list.size());
        int patch = model.config().patch();
        return DetectionPredictor.of(
                model,
                LoadedHead.random(head.seed(), p -> new Detector(p, config)),
                list,
                changed(DetectionOptions.ofSide(RANDOM_SIDE, patch), patch));
    }

    private DetectionOptions changed(DetectionOptions trained, int patch) {
        DetectionOptions options = trained.withLeastScore(score).withMost(most);
        if (side.isEmpty()) {
            return options;
        }
        return side.get().equals("own")
                ? options.withSizing(new Sizing.AsIs())
                : options.withSizing(DetectionOptions.ofSide(Integer.parseInt(side.get()), patch)
                        .sizing());
    }
}
