package io.github.dino4j.recipe;

import io.github.dino4j.data.CheckListener;
import io.github.dino4j.data.DataReport;
import io.github.dino4j.data.Split;
import io.github.dino4j.export.Fingerprint;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.predict.Model;
import io.github.dino4j.train.BackboneFile;
import io.github.dino4j.train.LearningBackbone;
import io.github.dino4j.train.LoraBackbone;
import io.github.dino4j.train.Trainer;
import io.github.dino4j.train.TrainingListener;
import io.github.dino4j.train.TrainingPlan;
import io.github.dino4j.train.TrainingResult;
import io.github.dino4j.train.TrainingTask;
import io.github.dino4j.train.WholeBackbone;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A recipe made real: model and data are opened, the task and the plan are ready. For one thread; closing frees the weights.
 */
public final class Assembly implements AutoCloseable {
    private static final Map<String, TaskRecipe> TASKS = new TreeMap<>(Map.of(
            "segmentation", new SegmentationRecipe(),
            "classification", new ClassificationRecipe(),
            "depth", new DepthRecipe(),
            "detection", new DetectionRecipe(),
            "distillation", new DistillationRecipe()));

    private final Recipe recipe;
    private final Model model;
    private final Split split;
    private final TrainingTask<?> task;
    private final TrainingPlan plan;
    private final List<AutoCloseable> owned;

    private Assembly(
            Recipe recipe,
            Model model,
            Split split,
            TrainingTask<?> task,
            TrainingPlan plan,
            List<AutoCloseable> owned) {
        this.recipe = recipe;
        this.model = model;
        this.split = split;
        this.task = task;
        this.plan = plan;
        this.owned = owned;
    }

    /** The tasks that a recipe can name. */
    public static List<String> tasks() {
        return List.copyOf(TASKS.keySet());
    }

    /**
     * Opens everything that a recipe names.
     *
     * @throws RecipeException if a key is missing, unknown, or says something impossible
     * @throws io.github.dino4j.data.DataSetException if the data are not there
     * @throws io.github.dino4j.weights.CheckpointException if the weights cannot be loaded
     */
    public static Assembly of(Recipe recipe) {
        return of(recipe, recipe.open());
    }

    /** The same, reading this section, which afterwards tells which keys there are. */
    static Assembly of(Recipe recipe, Section top) {
        top.required("task", "segmentation");
        TaskRecipe kind = top.choice("task", TASKS, "");
        long seed = top.integer("seed", 0);
        Optional<String> title = top.text("title");
        Split split = kind.split(top.section("data"), seed);
        Model model = BackboneRecipe.model(top.section("backbone"), kind.readsDepth());
        List<AutoCloseable> owned = new ArrayList<>(List.of(model));
        try {
            LearningBackbone backbone = BackboneRecipe.learning(top.section("backbone"), model, seed);
            owned.add(backbone);
            Optional<FeatureCaching> keep = FeatureCaching.read(top.section("features"));
            Parts parts = new Parts(top, model, backbone, split, seed, keep, owned);
            TrainingTask<?> task = kind.task(parts);
            owned.add(task);
            if (backbone.isFrozen()) {
                top.section("training")
                        .without(
                                "the backbone is frozen, and has no rate",
                                "backbone_rate",
                                "layer_decay",
                                "patch_embed_rate");
            }
            PlanRecipe plan = PlanRecipe.read(
                    top.section("training"),
                    kind.defaults(top),
                    split.training().size(),
                    seed);
            TrainingTask<?> grouped = Regrouped.of(
                    task,
                    title.map(text -> text + ": ").orElse("") + task.title(),
                    facts(model, recipe),
                    plan.rule(),
                    model.config().depth());
            top.finish();
            return new Assembly(recipe, model, split, grouped, plan.plan(), owned);
        } catch (RuntimeException | Error e) {
            try {
                close(owned);
            } catch (RuntimeException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    /** What a resumed run must find again, beside what the trainer notes itself. */
    private static Map<String, String> facts(Model model, Recipe recipe) {
        return Map.of(
                "backbone", Fingerprint.ofSource(model.card().source()),
                "augmentation", recipe.part("augmentation"),
                "head", recipe.part("head"),
                "backbone's part", recipe.part("backbone"));
    }

    /** What the run is, in a line. */
    public String title() {
        return task.title();
    }

    public TrainingTask<?> task() {
        return task;
    }

    public TrainingPlan plan() {
        return plan;
    }

    public Split split() {
        return split;
    }

    public Model model() {
        return model;
    }

    /**
     * Reads every file of both sets.
     *
     * @return what was found in training and validation data
     */
    public List<DataReport> check(int threads, CheckListener listener) {
        return List.of(
                split.training().check(threads, listener), split.validation().check(threads, listener));
    }

    /** Trains in a new folder; the recipe is kept there. See {@link Trainer#run}. */
    public TrainingResult train(Path folder, TrainingListener listener) {
        return trainer().run(folder, listener);
    }

    /** Goes on with a run of the same recipe. See {@link Trainer#resume}. */
    public TrainingResult resume(Path folder, TrainingListener listener) {
        return trainer().resume(folder, listener);
    }

    /**
     * Writes what a run has made so far into another folder: the head, the adapter; the run stays as it is.
     *
     * @param whole also write the whole backbone, with what has learned in its weights, as {@code backbone.safetensors}
     * @return the files
     * @throws io.github.dino4j.train.TrainingException if the folder holds no run of this recipe, or nothing can be written
     */
    public List<Path> export(Path folder, Path to, Trainer.Checkpoint which, boolean whole) {
        List<Path> files = new ArrayList<>(trainer().export(folder, to, which));
        Path backbone = to.resolve(WholeBackbone.FILE);
        if (whole && !files.contains(backbone)) {
            Path adapter = to.resolve(LoraBackbone.FILE);
            boolean adapted = files.contains(adapter);
            Map<String, String> notes = new TreeMap<>(about());
            if (adapted) {
                notes.put(LoraBackbone.METADATA_KEY, Fingerprint.of(adapter));
            }
            try (Model plain = BackboneRecipe.plain(recipe.open().section("backbone"))) {
                BackboneFile.write(
                        backbone, plain, adapted ? Optional.of(Lora.read(adapter)) : Optional.empty(), notes);
            }
            files.add(backbone);
        }
        return files;
    }

    private Trainer<?> trainer() {
        return Trainer.of(task, plan).about(about());
    }

    private Map<String, String> about() {
        return Map.of(
                "recipe", recipe.yaml(),
                "recipe folder", recipe.base().toString(),
                "recipe file", recipe.source(),
                "training data",
                        split.training().name() + ", " + split.training().size() + " examples",
                "validation data",
                        split.validation().name() + ", " + split.validation().size() + " examples");
    }

    @Override
    public void close() {
        close(owned);
    }

    /** The last one first, since what came later stands on what came before; all of them, whichever fails. */
    static void close(List<AutoCloseable> owned) {
        List<Exception> failures = new ArrayList<>();
        for (int i = owned.size() - 1; i >= 0; i--) {
            try {
                owned.get(i).close();
            } catch (Exception e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            Exception first = failures.get(0);
            RuntimeException thrown = first instanceof RuntimeException own ? own : new IllegalStateException(first);
            failures.stream().skip(1).forEach(thrown::addSuppressed);
            throw thrown;
        }
    }
}
