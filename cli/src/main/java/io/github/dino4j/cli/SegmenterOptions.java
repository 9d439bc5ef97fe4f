package io.github.dino4j.cli;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.Augmentation;
import io.github.dino4j.segment.FineTuneFile;
import io.github.dino4j.segment.Fit;
import io.github.dino4j.segment.HeadFile;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.LinearSegmenter;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentPredictor;
import io.github.dino4j.segment.SegmentationHead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A segmentation head, its classes, and how photos go through it. */
final class SegmenterOptions {
    /** Whose classes a random head has, where none are named. */
    private static final String RANDOM_CLASSES = "camvid";

    @Mixin
    private HeadOptions head = new HeadOptions();

    @Option(
            names = "--classes",
            paramLabel = "NAME|FILE",
            description = "Names of the head's outputs: ade20k, camvid, cityscapes, coco-stuff-171, voc2012, or a text"
                    + " file with one name a line, behind it '#rrggbb' if wanted (default: the built-in list of the"
                    + " head's size, else numbers).")
    private Optional<String> classes = Optional.empty();

    @Option(
            names = "--inference",
            description = {
                "How a photo goes through the model, ${COMPLETION-CANDIDATES} (default: as the head's publisher does):",
                "plain: in one piece, sides rounded to whole patches",
                "whole: in one piece, both sides forced to --crop",
                "slide: in windows of --crop pixels at a distance of --stride; their scores are averaged"
            })
    private Optional<Mode> inference = Optional.empty();

    @Option(names = "--crop", paramLabel = "N", description = "Pixels of a window's side (default: the publisher's).")
    private Optional<Integer> crop = Optional.empty();

    @Option(
            names = "--stride",
            paramLabel = "N",
            description = "Pixels from one window to the next (default: in the publisher's ratio to --crop).")
    private Optional<Integer> stride = Optional.empty();

    @Option(
            names = "--side",
            paramLabel = "N|own",
            description = "Pixels of the shorter side that photos are resized to first; 'own' leaves them (default: the"
                    + " publisher's). Results have the photo's size in any case.")
    private Optional<String> side = Optional.empty();

    @Option(
            names = "--scales",
            split = ",",
            paramLabel = "S",
            description = "Average the probabilities over several sizes, such as 1,1.5,2; each is a pass of its own.")
    private List<Double> scales = List.of();

    @Option(names = "--flip", description = "Average over the photo and its mirror image; twice the work.")
    private boolean flip;

    enum Mode {
        plain,
        whole,
        slide
    }

    HeadOptions head() {
        return head;
    }

    /** Before the model is loaded. */
    void check(Console console) {
        head.check(console);
        classes.ifPresent(name -> classes(name)); // a name or a file that is not there
        boolean windows = inference.orElse(Mode.slide) == Mode.slide;
        if (stride.isPresent() && !windows) {
            throw console.usage("--stride is a distance between windows; --inference " + inference.get() + " has none");
        }
        if (crop.isPresent() && inference.orElse(Mode.slide) == Mode.plain) {
            throw console.usage("--crop sizes windows or a forced square; --inference plain has neither. Use --side.");
        }
        checkPixels("--crop", crop, console);
        checkPixels("--stride", stride, console);
        if (crop.isPresent() && stride.isPresent() && stride.get() > crop.get()) {
            throw console.usage("--stride " + stride.get() + ": windows of " + crop.get()
                    + " pixels (--crop) would leave" + " gaps; take a stride no larger than the window");
        }
        if (side.isPresent() && !side.get().equals("own")) {
            checkPixels("--side", Optional.of(pixels(side.get())), console);
        }
        if (!scales.isEmpty()) {
            Augmentation views = new Augmentation(scales, flip); // refuses scales that are none
            if (side.filter("own"::equals).isPresent() && !views.scales().equals(Augmentation.NONE.scales())) {
                throw console.usage("--scales are those of --side N; --side own leaves photos as they are. Name a side,"
                        + " or leave --scales out.");
            }
        }
        if (head.file().isEmpty()) {
            options(SegmentOptions.DINOV3, console);
        }
    }

    private static void checkPixels(String option, Optional<Integer> value, Console console) {
        if (value.isPresent() && value.get() < 1) {
            throw console.usage(option + " " + value.get() + ": wanted a number of pixels above 0");
        }
    }

    /** Loads the head; the predictor closes it. What was chosen where nothing was said is told on stderr. */
    SegmentPredictor load(Model model, boolean keepScores, Console console) {
        Optional<Path> whole = head.file().filter(FineTuneFile::is);
        if (whole.isPresent()) {
            return load(model, FineTuneFile.read(whole.get()), keepScores, console);
        }
        Optional<HeadFile> file = head.file().map(HeadFile::open);
        LoadedHead<? extends SegmentationHead> loaded =
                file.isPresent() ? file.get().load(model) : random(model.config());
        try {
            SegmentOptions publisher = file.map(f -> f.options(model.config())).orElse(SegmentOptions.DINOV3);
            file.ifPresent(f -> console.note("head: " + f));
            head.introduce(console);
            ClassList list = list(loaded.head().classes(), console);
            return SegmentPredictor.of(
                    model, loaded, list, options(publisher, console).withScores(keepScores));
        } catch (RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    /** A file of dinov3-finetune: its adapter goes over the backbone, its decoder behind it. */
    private SegmentPredictor load(Model model, FineTuneFile file, boolean keepScores, Console console) {
        ClassList list;
        try (LoadedHead<SegmentationHead> decoder = file.loadDecoder(model)) {
            list = list(decoder.head().classes(), console);
        }
        SegmentOptions chosen = options(file.options(model), console).withScores(keepScores);
        console.note(
                "head: a decoder of dinov3-finetune in " + file.path() + ", over the backbone with " + file.adapter());
        return file.load(model, list, chosen);
    }

    private LoadedHead<LinearSegmenter> random(BackboneConfig backbone) {
        int count = classes(classes.orElse(RANDOM_CLASSES)).size();
        LinearSegmenter.Config config = LinearSegmenter.Config.of(backbone, Layers.last(1), count);
        return LoadedHead.random(head.seed(), p -> new LinearSegmenter(p, config));
    }

    /** A built-in list by its name, or one from a file. */
    static ClassList classes(String name) {
        if (ClassList.builtIn().contains(name)) {
            return ClassList.named(name);
        }
        if (!Files.exists(Path.of(name))) {
            throw new IllegalArgumentException("--classes " + name + ": neither a built-in list ("
                    + String.join(", ", ClassList.builtIn()) + ") nor a file; check the path");
        }
        return ClassList.read(Path.of(name));
    }

    private ClassList list(int outputs, Console console) {
        if (classes.isEmpty()) {
            return usual(outputs, console);
        }
        ClassList list = classes(classes.get());
        if (list.size() != outputs) {
            throw console.usage("--classes " + classes.get() + ": names " + list.size() + " classes, the head has "
                    + outputs + " outputs. Give the list that it was trained with, one name a line, or leave --classes"
                    + " out.");
        }
        return list;
    }

    /** The built-in list of this size, if there is exactly one. */
    static ClassList usual(int outputs, Console console) {
        List<ClassList> fitting = ClassList.builtIn().stream()
                .map(ClassList::named)
                .filter(list -> list.size() == outputs)
                .toList();
        if (fitting.size() == 1) {
            String name = fitting.get(0).name();
            console.note(
                    "classes: " + name + ", the built-in list of " + outputs + " classes; --classes names another");
            return fitting.get(0);
        }
        console.note("classes: numbered, since no built-in list has " + outputs + "; name them with --classes FILE");
        return ClassList.numbered(outputs);
    }

    private SegmentOptions options(SegmentOptions publisher, Console console) {
        SegmentOptions options = publisher;
        boolean sized = crop.isPresent() || stride.isPresent();
        if (sized && inference.isEmpty() && !(publisher.inference() instanceof Inference.Slide)) {
            String option = crop.isPresent() ? "--crop" : "--stride";
            throw console.usage(option + " is for windows, and this head's publisher takes a photo in one piece. Say"
                    + " --inference slide if windows are wanted, or leave " + option + " out.");
        }
        if (inference.isPresent() || crop.isPresent() || stride.isPresent()) {
            options = options.withInference(inference(publisher.inference()));
        }
        if (side.isPresent()) {
            options = side.get().equals("own") ? options.withOwnSize() : options.withSide(pixels(side.get()));
        }
        if (!scales.isEmpty() || flip) {
            options = options.withAugmentation(
                    new Augmentation(scales.isEmpty() ? Augmentation.NONE.scales() : scales, flip));
        }
        return options;
    }

    private Inference inference(Inference publisher) {
        Inference.Slide usual = publisher instanceof Inference.Slide slide ? slide : Inference.Slide.dinoV3(512, 341);
        return switch (inference.orElse(Mode.slide)) {
            case plain ->
                publisher instanceof Inference.Plain plain
                        ? plain
                        : new Inference.Plain(usual.fit() == Fit.NONE ? Fit.STRETCH : usual.fit());
            case whole -> new Inference.Whole(crop.orElse(usual.cropHeight()));
            case slide -> {
                int window = crop.orElse(usual.cropHeight());
                int distance = stride.orElse(
                        Math.max(1, Math.round((float) window * usual.strideHeight() / usual.cropHeight())));
                yield new Inference.Slide(window, window, distance, distance, usual.oversize(), usual.fit());
            }
        };
    }

    private static int pixels(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--side " + text + ": wanted a number of pixels, or 'own'", e);
        }
    }
}
