package io.github.dino4j.ssl;

import io.github.dino4j.backbone.Backbone.Images;
import io.github.dino4j.backbone.Encoding;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Optimization;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.Ema;
import io.github.dino4j.train.LearningHead;
import io.github.dino4j.train.Ranks;
import io.github.dino4j.train.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A student that learns to see in a part of a photo what its own moving average, the teacher, sees in another: the step of
 * DINO (arXiv:2104.14294, algorithm 1), DINOv2 (arXiv:2304.07193, section 4) and DINOv3 (arXiv:2508.10104, sections 3 and
 * 4), as its {@link Objective} says.
 *
 * <p>A step is {@link #begin}, {@link #learn} for each batch, {@link #beforeUpdate}, the optimiser's step on {@link
 * #variables}, {@link #end}. For the trainer's thread; owns student, teacher and anchor.
 */
public final class SelfDistillation implements AutoCloseable {
    private final Network.Shape shape;
    private final Objective objective;
    private Ranks ranks = Ranks.ONE;
    private final LearningHead<Network> student;
    private final LearningHead<Network> teacher;
    private final @Nullable LearningHead<Network> anchor;
    private final Ema average;
    private final Arena arena = new Arena();
    private final Centering classCenter;
    private final Centering patchCenter;
    private final Tensor refreshes; // how often the anchor was, a tensor so that checkpoints keep it
    private final PatchProducts products;
    private double temperature;
    private double localWeight = 1;
    private double gramWeight = 1;

    /**
     * Student and teacher begin with the same weights.
     *
     * @param weights of backbone and heads, under {@link Network}'s names
     * @param arena in which they live; ends with this
     * @param source where they come from, for people
     * @param view of the parameters: their arithmetic
     */
    public SelfDistillation(
            ParameterSource weights,
            Arena arena,
            String source,
            Network.Shape shape,
            Objective objective,
            Function<Parameters, Parameters> view) {
        this.shape = shape;
        this.objective = objective;
        student = LearningHead.over(arena, weights, p -> Network.of(view.apply(p), shape), source);
        teacher = student.twin();
        anchor = objective.gram().isPresent() ? student.twin() : null;
        average = Ema.into(teacher.variables(), student.variables());
        classCenter = center(shape.classHead().prototypes());
        patchCenter = center(shape.patchHead().orElse(shape.classHead()).prototypes());
        products = new PatchProducts(objective);
        try (Scope scope = Scope.inference()) {
            refreshes = this.arena.keep(Tensor.zeros(1));
        }
    }

    private Centering center(int prototypes) {
        return switch (objective.centering()) {
            case SOFTMAX -> new SoftmaxCentering(arena, prototypes, objective.centerMomentum());
            case SINKHORN -> SinkhornKnopp.STANDARD;
            case NONE -> new SoftmaxCentering(arena, prototypes, 1);
        };
    }

    /** Takes what a loss needs of a whole batch from all these processes. Comes before the first step. */
    public void join(Ranks all) {
        ranks = all;
    }

    public Network.Shape shape() {
        return shape;
    }

    public Objective objective() {
        return objective;
    }

    /** The student's weights that learn, by name. */
    public Map<String, Tensor> variables() {
        return student.variables();
    }

    /** The teacher: what a run is for. Its network is {@link LearningHead#inference}, in an inference scope. */
    public LearningHead<Network> teacher() {
        return teacher;
    }

    public LearningHead<Network> student() {
        return student;
    }

    /**
     * The Gram anchor's tensors by name.
     *
     * @throws IllegalStateException if the objective has none
     */
    public Map<String, Tensor> anchor() {
        if (anchor == null) {
            throw new IllegalStateException("this objective has no Gram anchor");
        }
        return anchor.tensors();
    }

    /** Centers of class and patch scores, empty under Sinkhorn. */
    public Map<String, Tensor> centers() {
        return prefixed(Map.of("dino_center", classCenter.state(), "ibot_center", patchCenter.state()));
    }

    private static Map<String, Tensor> prefixed(Map<String, Map<String, Tensor>> parts) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        parts.keySet().stream()
                .sorted()
                .forEach(part -> parts.getOrDefault(part, Map.of()).forEach((name, tensor) -> all.put(part, tensor)));
        return all;
    }

    /** All that a checkpoint holds. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(student.tensors());
        teacher.tensors().forEach((name, tensor) -> state.put("teacher/" + name, tensor));
        if (anchor != null) {
            anchor.tensors().forEach((name, tensor) -> state.put("gram_teacher/" + name, tensor));
            state.put("gram_refreshes", refreshes);
        }
        state.putAll(centers());
        return state;
    }

    /** Sets what this step's schedules say. */
    public void begin(Step step) {
        long i = step.iteration();
        if (objective.gram().isPresent() && objective.gram().get().begin() == i) {
            moveAnchor();
        }
        temperature = objective.teacherTemperature().at(i);
        localWeight = objective.localWeight().at(i);
        gramWeight = objective.gramWeight().at(i);
    }

    /**
     * Losses of a batch, each as it is before its weight.
     *
     * @param total what is minimised
     * @param local between local crops and the teacher's global ones
     * @param global between different global crops
     * @param koleo mean over the two global crops
     * @param patches on hidden patches
     * @param gram difference of patch products
     * @param classTargets the teacher's probabilities for class tokens [2 B, K]
     */
    public record Terms(
            Tensor total,
            Optional<Tensor> local,
            Tensor global,
            Optional<Tensor> koleo,
            Optional<Tensor> patches,
            Optional<Tensor> gram,
            Tensor classTargets) {
        /** The numbers by name. */
        Map<String, Double> values() {
            Map<String, Double> values = new LinkedHashMap<>();
            local.ifPresent(t -> values.put("class, local crops", t.item()));
            values.put("class, global crops", global.item());
            patches.ifPresent(t -> values.put("masked patches", t.item()));
            koleo.ifPresent(t -> values.put("KoLeo", t.item()));
            gram.ifPresent(t -> values.put("Gram", t.item()));
            return values;
        }
    }

    /** What the teacher says about a batch: probabilities of class tokens [2 B, K], of hidden patches [M, K]. */
    private record Targets(Tensor cls, Optional<Tensor> patches) {}

    private Targets targets(Crops crops) {
        Network network = teacher.inference();
        Encoding encoding = network.backbone().forward(crops.global());
        Tensor cls = classCenter.targets(
                network.classHead().forward(encoding.normed().cls()), temperature, ranks);
        Optional<Tensor> patches = crops.masks()
                .map(masks -> patchCenter.targets(
                        network.patchHead().forward(hidden(encoding.normed(), masks)), temperature, ranks));
        return new Targets(cls, patches);
    }

    private static Tensor hidden(Tokens tokens, PatchMasks masks) {
        return tokens.patches().flatten(0, 1).rows(masks.indices());
    }

    /**
     * Adds the gradients of {@code share} times the loss to the variables, in the caller's scope.
     *
     * @throws IllegalArgumentException if masks or Gram crops are missing, or of other photos
     */
    public Terms learn(Crops crops, double share) {
        if (objective.matchesPatches() != crops.masks().isPresent()) {
            throw new IllegalArgumentException("the objective "
                    + (objective.matchesPatches() ? "matches" : "does not match")
                    + " hidden patches, and the batch has " + (crops.masks().isPresent() ? "" : "no ") + "masks");
        }
        Targets targets;
        Optional<Tensor> anchored;
        try (Scope scope = Scope.inference()) {
            targets = targets(crops);
            scope.keep(targets.cls());
            targets.patches().ifPresent(scope::keep);
            anchored = anchoredProducts(crops).map(scope::keep);
        }
        Network network = student.learning();
        List<Encoding> encodings = network.backbone().forward(sets(crops));
        Tokens global = encodings.get(0).normed();
        List<Tensor> cls = new ArrayList<>();
        encodings.forEach(encoding -> cls.add(encoding.normed().cls()));
        Tensor scores = network.classHead().forward(Tensor.cat(0, cls));
        long photos = crops.photos();
        long locals = crops.locals();
        Tensor teacherCls = targets.cls().reshape(2, photos, -1);
        double temp = objective.studentTemperature();
        double terms = 2 + 2.0 * locals;
        Tensor across = DinoLoss.of(scores.narrow(0, 0, 2 * photos).reshape(2, photos, -1), teacherCls, true, temp);
        Tensor total = across.mul(objective.classWeight() * 2 / terms);
        Optional<Tensor> local = Optional.empty();
        if (locals > 0) {
            Tensor rest = scores.narrow(0, 2 * photos, locals * photos).reshape(locals, photos, -1);
            Tensor loss = DinoLoss.of(rest, teacherCls, false, temp);
            total = total.add(loss.mul(objective.classWeight() * localWeight * 2 * locals / terms));
            local = Optional.of(loss);
        }
        Optional<Tensor> patches = Optional.empty();
        if (crops.masks().isPresent()) {
            PatchMasks masks = crops.masks().get();
            Tensor loss = MaskedPatchLoss.of(
                    network.patchHead().forward(hidden(global, masks)),
                    targets.patches().orElseThrow(),
                    masks,
                    temp);
            total = total.add(loss.mul(objective.patchWeight()));
            patches = Optional.of(loss);
        }
        Optional<Tensor> gram = Optional.empty();
        if (anchored.isPresent()) {
            Tensor loss = products.loss(global, anchored.get(), crops.masks());
            total = total.add(loss.mul(gramWeight));
            gram = Optional.of(loss);
        }
        Tensor gradient = total;
        Optional<Tensor> koleo = Optional.empty();
        if (objective.koleoWeight() > 0) {
            Tensor first = objective.koleo().of(global.cls().narrow(0, 0, photos), ranks);
            Tensor second = objective.koleo().of(global.cls().narrow(0, photos, photos), ranks);
            Tensor sum = first.add(second).mul(objective.koleoWeight());
            total = total.add(sum);
            gradient = gradient.add(sum.mul(ranks.size())); // of the own rows alone: the ranks' sum is the whole
            koleo = Optional.of(first.add(second).mul(0.5));
        }
        gradient.mul(share).backward();
        return new Terms(total, local, across, koleo, patches, gram, targets.cls());
    }

    private List<Images> sets(Crops crops) {
        List<Images> sets = new ArrayList<>();
        sets.add(new Images(
                crops.global(),
                objective.hideFromStudent() ? crops.masks().map(PatchMasks::tensor) : Optional.empty()));
        crops.local().ifPresent(local -> sets.add(Images.local(local)));
        return sets;
    }

    /** The anchor's patches on the student's grid [2 B, P, C]. */
    private Optional<Tensor> anchoredProducts(Crops crops) {
        if (anchor == null) {
            return Optional.empty();
        }
        Tensor pixels = crops.gram().orElse(crops.global());
        int patch = shape.backbone().patch();
        return Optional.of(products.onGrid(
                anchor.inference().backbone().forward(pixels).normed(),
                (int) crops.global().size(2) / patch,
                (int) crops.global().size(3) / patch));
    }

    /** Drops the gradients of last layers that stay as they are. Comes after clipping. */
    public void beforeUpdate(Step step) {
        if (step.iteration() < objective.frozenLastLayer()) {
            variables().forEach((name, variable) -> {
                if (name.contains("last_layer")) {
                    variable.clearGrad();
                }
            });
        }
    }

    /** Moves the teacher towards the student, and the anchor to the teacher where it is due. */
    public void end(Step step) {
        long i = step.iteration();
        average.update(objective.teacherMomentum().at(i));
        if (anchor != null) {
            try (Scope scope = Scope.inference()) {
                int done = (int) Math.round(refreshes.item());
                if (objective.gram().orElseThrow().refreshesAfter(i, done)) {
                    moveAnchor();
                    refreshes.copyFrom(refreshes.add(1));
                }
            }
        }
    }

    private void moveAnchor() {
        teacher.tensors()
                .forEach((name, tensor) -> anchor().getOrDefault(name, tensor).copyFrom(tensor));
    }

    /** Norm of the gradients of the variables with this prefix. */
    public double gradientNorm(String prefix) {
        return Optimization.gradientNorm(variables().entrySet().stream()
                .filter(e -> e.getKey().startsWith(prefix))
                .map(Map.Entry::getValue)
                .toList());
    }

    @Override
    public void close() {
        average.close();
        if (anchor != null) {
            anchor.close();
        }
        teacher.close();
        student.close();
        arena.close();
    }
}
