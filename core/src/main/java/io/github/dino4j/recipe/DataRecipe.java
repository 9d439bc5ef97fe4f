package io.github.dino4j.recipe;

import io.github.dino4j.data.ClassFolders;
import io.github.dino4j.data.CocoBoxes;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.Manifest;
import io.github.dino4j.data.MaskFormat;
import io.github.dino4j.data.Split;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.data.VocBoxes;
import io.github.dino4j.predict.ClassList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The section {@code data} of a recipe: what to learn from, what to measure on. */
final class DataRecipe {
    private static final double MILLIMETRES = 0.001;

    /** What has to be known of the photos. */
    enum Truth {
        CLASSES,
        MASKS,
        DEPTH,
        BOXES
    }

    /** How many classes a photo has. */
    enum Labels {
        ONE,
        /** Any number: the manifest has a {@code |} between them. */
        SEVERAL
    }

    private final Section data;
    private final Truth truth;
    private final Labels labels;
    private final Optional<ClassList> classes;
    private final double metres;
    private final MaskFormat format;

    private DataRecipe(Section data, Truth truth) {
        this(data, truth, truth == Truth.CLASSES ? labels(data) : Labels.ONE);
    }

    private DataRecipe(Section data, Truth truth, Labels labels) {
        this.data = data;
        this.truth = truth;
        this.labels = labels;
        start(data);
        boolean masks = truth == Truth.MASKS; // keys that mean nothing to the others are errors there
        classes = truth == Truth.DEPTH ? Optional.empty() : classes(data, masks);
        metres = masks || truth == Truth.DEPTH ? data.positive("metres_per_unit", MILLIMETRES) : MILLIMETRES;
        format =
                masks && data.flag("masks_are_colours", false) ? new MaskFormat.Colours(List.of()) : MaskFormat.NUMBERS;
    }

    static Labels labels(Section data) {
        return data.choice("labels", Labels.class, Labels.ONE);
    }

    /** The folder that paths begin at, if the section names one. */
    static void start(Section data) {
        data.file("root").ifPresent(data::startFrom);
    }

    /** Reads the section; the sets share no photo. */
    static Split read(Section data, Truth truth, long seed) {
        DataRecipe recipe = new DataRecipe(data, truth);
        OptionalDouble share = data.number("validation_share");
        Section validation = data.section("validation");
        TruthSet all = recipe.set(data.section("train"), "training");
        boolean own = validation.isGiven();
        if (own == share.isPresent()) {
            throw new RecipeException("say what to measure on: either a section '" + data.name("validation")
                    + "' like '" + data.name("train") + "', or '" + data.name("validation_share")
                    + ": 0.1' to set a part of the training photos aside by chance");
        }
        if (own) {
            TruthSet measured = recipe.set(validation, "validation");
            if (truth == Truth.CLASSES || truth == Truth.BOXES) {
                requireSameClasses(all, measured);
            }
            return new Split(all, measured);
        }
        return Split.random(all, share.getAsDouble(), seed);
    }

    /** Photos with classes to watch a training on that sees no class. */
    static TruthSet labelled(Section data) {
        return new DataRecipe(data, Truth.CLASSES, Labels.ONE).set(data.section("validation"), "validation");
    }

    private static void requireSameClasses(TruthSet training, TruthSet validation) {
        if (!training.classes().names().equals(validation.classes().names())) {
            throw new RecipeException("training and validation have different classes: "
                    + training.classes().names() + " and "
                    + validation.classes().names()
                    + "; give both the same list with 'data.classes'");
        }
    }

    private static Optional<ClassList> classes(Section data, boolean masks) {
        OptionalInt ignored = masks ? data.integer("ignored") : OptionalInt.empty();
        boolean unlabelled = masks && data.flag("zero_is_unlabelled", false);
        List<String> names = data.list("classes", text -> text, List.of());
        if (names.isEmpty()) {
            return Optional.empty();
        }
        ClassList list = names.size() > 1 ? ClassList.of("classes of the recipe", names) : named(data, names.get(0));
        list = unlabelled ? list.withZeroIsUnlabelled(true) : list;
        return Optional.of(ignored.isPresent() ? list.withIgnored(ignored) : list);
    }

    private static ClassList named(Section data, String name) {
        Path file = data.requiredFile("classes", "classes.txt");
        if (Files.isRegularFile(file)) {
            return ClassList.read(file);
        }
        return ClassList.builtIn().contains(name)
                ? ClassList.named(name)
                : ClassList.of("classes of the recipe", List.of(name));
    }

    private TruthSet set(Section s, String purpose) {
        TruthSet set = switch (truth) {
            case CLASSES -> categories(s);
            case MASKS -> masks(s);
            case DEPTH -> depths(s);
            case BOXES -> boxes(s);
        };
        Optional<Path> list = s.file("list");
        if (list.isPresent()) {
            set = Split.listed(set, list.get());
        }
        Optional<String> range = s.text("range");
        if (range.isPresent()) {
            set = Split.ranged(set, range.get());
        }
        OptionalInt first = s.integer("first");
        if (first.isPresent()) {
            set = set.first(first.getAsInt());
        }
        if (truth == Truth.CLASSES) {
            OptionalInt each = s.integer("first_of_class");
            if (each.isPresent()) {
                set = set.firstOfClass(each.getAsInt());
            }
        }
        return set.named(s.text("name", set.name()) + (s.has("name") ? "" : ", " + purpose));
    }

    private ClassList requiredClasses() {
        return classes.orElseThrow(() -> new RecipeException("'" + data.name("classes")
                + "' is missing: a built-in list (" + String.join(", ", ClassList.builtIn())
                + "), a text file with one class a line, or the names themselves, [road, car, ...]"));
    }

    private TruthSet categories(Section s) {
        Optional<Path> manifest = s.file("manifest");
        if (labels == Labels.SEVERAL) {
            Path table = manifest.orElseThrow(() -> new RecipeException("'" + data.name("labels")
                    + "' is several, and folders give a photo one class; name a table, '" + s.name("manifest")
                    + ": train.csv', with the columns image and label, and a | between labels"));
            s.without("'" + data.name("labels") + "' is several, and folders give a photo one class", "folder");
            return classes.isPresent() ? Manifest.readSeveral(table, classes.get()) : Manifest.readSeveral(table);
        }
        if (manifest.isPresent()) {
            return classes.isPresent()
                    ? Manifest.read(manifest.get(), classes.get(), format, metres)
                    : Manifest.read(manifest.get());
        }
        Path folder = s.requiredFile("folder", "photos/train   # one folder a class below it");
        return classes.isPresent() ? ClassFolders.read(folder, classes.get()) : ClassFolders.read(folder);
    }

    private TruthSet masks(Section s) {
        Optional<Path> manifest = s.file("manifest");
        if (manifest.isPresent()) {
            return Manifest.read(manifest.get(), requiredClasses(), format, metres);
        }
        Path images = s.requiredFile("images", "photos/train");
        Path masks = s.requiredFile("masks", "masks/train");
        TruthSet set = TruthSet.masks(
                DataSet.ofFolders(s.text("name", name(images)), images, masks), requiredClasses(), format);
        Optional<Path> depth = s.file("depth");
        return depth.isPresent() ? set.withDepths(DataSet.ofFolders(name(images), images, depth.get()), metres) : set;
    }

    private TruthSet depths(Section s) {
        Optional<Path> manifest = s.file("manifest");
        if (manifest.isPresent()) {
            return Manifest.read(manifest.get(), ClassList.numbered(1), format, metres);
        }
        Path images = s.requiredFile("images", "frames/color");
        Path depth = s.requiredFile("depth", "frames/depth");
        return TruthSet.depths(DataSet.ofFolders(name(images), images, depth), metres);
    }

    private TruthSet boxes(Section s) {
        Path images = s.requiredFile("images", "photos");
        Optional<Path> coco = s.file("coco");
        if (coco.isPresent()) {
            return classes.isPresent()
                    ? CocoBoxes.read(coco.get(), images, classes.get())
                    : CocoBoxes.read(coco.get(), images);
        }
        return VocBoxes.read(
                images, s.requiredFile("voc", "annotations   # or coco: instances.json"), requiredClasses());
    }

    /** Photos without truth: for distillation. */
    static TruthSet photos(Section s, String purpose) {
        Path images = s.requiredFile("images", "photos");
        List<Example> examples = io.github.dino4j.image.ImageFolder.of(images).stream()
                .map(file -> Example.ofCategory(images.relativize(file).toString(), file, 0))
                .toList();
        TruthSet set = TruthSet.of(name(images) + ", " + purpose, ClassList.numbered(1), examples);
        Optional<String> range = s.text("range");
        set = range.isPresent() ? Split.ranged(set, range.get()) : set;
        OptionalInt first = s.integer("first");
        return first.isPresent() ? set.first(first.getAsInt()) : set;
    }

    private static String name(Path folder) {
        Path parent = folder.toAbsolutePath().normalize().getParent();
        String own = String.valueOf(folder.getFileName());
        return parent == null || parent.getFileName() == null ? own : parent.getFileName() + "/" + own;
    }
}
