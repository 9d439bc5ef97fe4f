package io.github.dino4j.recipe;

import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.CosineAnnealing;
import io.github.dino4j.train.CosineSchedule;
import io.github.dino4j.train.GradientClip;
import io.github.dino4j.train.LinearWarmupCosine;
import io.github.dino4j.train.OneCycle;
import io.github.dino4j.train.OptimizerSpec;
import io.github.dino4j.train.ParameterGroup;
import io.github.dino4j.train.ParameterGroups;
import io.github.dino4j.train.Schedule;
import io.github.dino4j.train.Schedules;
import io.github.dino4j.train.Span;
import io.github.dino4j.train.Steps;
import io.github.dino4j.train.TrainingPlan;
import io.github.dino4j.train.WarmupOneCycle;
import io.github.dino4j.train.WarmupPolynomial;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * The section {@code training} of a recipe: how long, how fast, by which optimiser.
 *
 * @param plan for the trainer
 * @param rule which weights share a learning rate and a weight decay
 */
record PlanRecipe(TrainingPlan plan, Rule rule) {
    /** How weights are grouped. */
    enum Decay {
        /** Every weight decays, as PyTorch's optimisers do by themselves and dinov3-finetune does. */
        ALL,
        /** Biases, norms and LayerScales do not decay: DINOv2 and v3. */
        MATRICES,
        /** Whatever has one dimension does not decay: DINOv1. */
        DINO_V1
    }

    /** Rules of weight decay and of layer-wise learning rates. */
    record Rule(Decay decay, double layerDecay, double patchEmbedRate, double backboneRate) {
        /** Groups of a head's and a backbone's variables. */
        List<ParameterGroup> groups(Map<String, Tensor> head, Map<String, Tensor> backbone, int blocks) {
            List<ParameterGroup> below = decay == Decay.MATRICES
                    ? ParameterGroups.layerwise(
                            backbone, new ParameterGroups.Layerwise(layerDecay, patchEmbedRate, blocks, 1))
                    : grouped(backbone);
            return ParameterGroups.joined(List.of(
                    decay == Decay.MATRICES
                            ? ParameterGroups.layerwise(head, ParameterGroups.Layerwise.head())
                            : grouped(head),
                    below.stream().map(this::slower).toList()));
        }

        private List<ParameterGroup> grouped(Map<String, Tensor> variables) {
            return decay == Decay.DINO_V1 ? ParameterGroups.dinoV1(variables) : ParameterGroups.plain(variables);
        }

        private ParameterGroup slower(ParameterGroup group) {
            return new ParameterGroup(
                    group.name(), group.variables(), group.rate() * backboneRate, group.decay(), group.lastLayer());
        }
    }

    /** What a task trains with where the recipe does not say. */
    record Defaults(
            int epochs,
            int batch,
            String optimizer,
            double rate,
            double weightDecay,
            String schedule,
            Optional<SelfSupervised> selfSupervised) {
        Defaults(int epochs, int batch, String optimizer, double rate, double weightDecay, String schedule) {
            this(epochs, batch, optimizer, rate, weightDecay, schedule, Optional.empty());
        }
    }

    /**
     * What self-supervised training has beside: a weight decay that rises, last layers that wait, gradients clipped by parts.
     *
     * @param dropsGradients whether the waiting is the objective's: gradients are dropped; else it is a rate of 0
     */
    record SelfSupervised(
            Decay decay,
            double layerDecay,
            double patchEmbedRate,
            double weightDecayEnd,
            double clip,
            String clipBy,
            double warmupEpochs,
            boolean dropsGradients,
            List<String> parts) {}

    /**
     * How long a run is.
     *
     * @param total updates
     * @param perEpoch updates
     */
    record Length(Span span, int batch, int accumulation, boolean dropLast, long total, long perEpoch) {}

    /** Reads how long the run is, for those who need to know before the rest is read. */
    static Length length(Section s, Defaults defaults, int examples) {
        int batch = s.atLeast("batch", 1, defaults.batch());
        int accumulate = s.atLeast("accumulate", 1, 1);
        boolean dropLast = s.flag(
                "drop_last", defaults.selfSupervised().isPresent()); // whose losses compare the images of a batch
        int step = batch * accumulate;
        if (s.has("iterations") && s.has("epochs")) {
            throw new RecipeException("'" + s.name("iterations") + "' and '" + s.name("epochs")
                    + "' both say how long to train; leave one out");
        }
        Span span = s.has("iterations")
                ? Span.iterations(s.atLeast("iterations", 1, 1))
                : Span.epochs(s.atLeast("epochs", 1, defaults.epochs()));
        long perEpoch = Math.max(1, dropLast ? examples / step : (examples + step - 1) / step);
        return new Length(span, batch, accumulate, dropLast, span.updates(perEpoch), perEpoch);
    }

    /**
     * Reads the section.
     *
     * @param examples of an epoch
     */
    static PlanRecipe read(Section s, Defaults defaults, int examples, long seed) {
        Length length = length(s, defaults, examples);
        long total = length.total();
        long perEpoch = length.perEpoch();
        if (s.has("evaluate_iterations") && s.has("evaluate_epochs")) {
            throw new RecipeException("'" + s.name("evaluate_iterations") + "' and '" + s.name("evaluate_epochs")
                    + "' both say how often to measure; leave one out");
        }
        Optional<SelfSupervised> own = defaults.selfSupervised();
        OptimizerSpec optimizer = optimizer(s, defaults);
        double rate = s.positive("rate", defaults.rate());
        Schedule schedule = made(s, "schedule", () -> schedule(s, defaults, rate, total, perEpoch));
        TrainingPlan.Builder plan = TrainingPlan.builder(length.span(), length.batch())
                .accumulation(length.accumulation())
                .dropLast(length.dropLast())
                .optimizer(optimizer)
                .schedules(schedules(s, defaults, schedule, optimizer.momentum(), total, perEpoch))
                .clip(made(s, "clip", () -> clip(s, own)))
                .evaluateEvery(
                        s.has("evaluate_iterations")
                                ? Span.iterations(s.atLeast("evaluate_iterations", 1, 1))
                                : Span.epochs(s.atLeast("evaluate_epochs", 1, 1)))
                .patience(s.atLeast("patience", 0, 0))
                .best(s.atLeast("keep_best", 0, 1))
                .checkpointEvery(Duration.ofMillis((long) (60_000 * s.positive("checkpoint_minutes", 10))))
                .checkpointIterations(s.atLeast("checkpoint_iterations", 0, 0))
                .seed(seed)
                .decodeThreads(s.atLeast("decode_threads", 1, 2));
        OptionalDouble average = s.number("average");
        if (average.isPresent()) {
            if (!(average.getAsDouble() >= 0 && average.getAsDouble() < 1)) {
                throw s.wrong("average", "a number from 0 to below 1");
            }
            plan.averaging(average.getAsDouble());
        }
        Rule rule = new Rule(
                s.choice("decay", Decay.class, own.map(SelfSupervised::decay).orElse(Decay.ALL)),
                s.positive("layer_decay", own.map(SelfSupervised::layerDecay).orElse(1.0)),
                s.positive(
                        "patch_embed_rate",
                        own.map(SelfSupervised::patchEmbedRate).orElse(1.0)),
                s.positive("backbone_rate", 1));
        if (rule.decay() != Decay.MATRICES && (rule.layerDecay() != 1 || rule.patchEmbedRate() != 1)) {
            throw new RecipeException("'" + s.name("layer_decay") + "' and '" + s.name("patch_embed_rate")
                    + "' belong to DINOv2's and v3's rule; write 'decay: matrices' beside them");
        }
        return new PlanRecipe(plan.build(), rule);
    }

    private static Schedules schedules(
            Section s, Defaults defaults, Schedule rate, double momentum, long total, long perEpoch) {
        double decay = s.positive("weight_decay", defaults.weightDecay());
        if (defaults.selfSupervised().isEmpty()) {
            return Schedules.of(rate, decay, momentum);
        }
        double end =
                s.positive("weight_decay_end", defaults.selfSupervised().get().weightDecayEnd());
        long frozen = Math.round(s.positive("frozen_last_layer_epochs", 1) * perEpoch);
        Schedule last = defaults.selfSupervised().get().dropsGradients() ? rate : i -> i < frozen ? 0 : rate.at(i);
        return new Schedules(rate, last, CosineSchedule.of(decay, end, total), Schedule.constant(momentum));
    }

    private static OptimizerSpec optimizer(Section s, Defaults defaults) {
        String name = s.choice("optimizer", Map.of("adamw", "adamw", "sgd", "sgd"), defaults.optimizer());
        if (name.equals("sgd")) {
            s.without("'" + s.name("optimizer") + "' is sgd", "betas", "eps");
        } else {
            s.without("'" + s.name("optimizer") + "' is " + name, "momentum");
        }
        List<Double> betas = s.list("betas", Double::parseDouble, List.of(0.9, 0.999));
        double momentum = s.positive("momentum", 0.9);
        double eps = s.positive("eps", 1e-8);
        if (betas.size() != 2) {
            throw s.wrong("betas", "two numbers, such as [0.9, 0.999]");
        }
        if (name.equals("sgd")) {
            return made(s, "momentum", () -> new OptimizerSpec.Sgd(momentum));
        }
        if (eps == 0) {
            throw s.wrong("eps", "a number above 0");
        }
        return made(s, "betas", () -> new OptimizerSpec.AdamW(betas.get(0), betas.get(1), eps));
    }

    /** Makes something of a key's value; its errors name the key. */
    private static <T> T made(Section s, String key, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new RecipeException("'" + s.name(key) + "': " + e.getMessage(), e);
        }
    }

    private static Schedule schedule(Section s, Defaults defaults, double rate, long total, long perEpoch) {
        String name = s.choice(
                "schedule",
                Map.of(
                        "constant", "constant",
                        "cosine", "cosine",
                        "polynomial", "polynomial",
                        "one-cycle", "one-cycle",
                        "warmup-one-cycle", "warmup-one-cycle",
                        "steps", "steps"),
                defaults.schedule());
        String why = "'" + s.name("schedule") + "' is " + name;
        if (name.equals("one-cycle")) {
            s.without(why + ", which rises by itself", "warmup_epochs", "warmup_iterations");
        }
        if (!name.equals("cosine") && !name.equals("polynomial")) {
            s.without(why, "end_rate");
        }
        if (!name.equals("steps")) {
            s.without(why, "milestones", "step_factor");
        }
        if (!name.equals("polynomial")) {
            s.without(why, "power");
        }
        double end = s.positive("end_rate", 0);
        long warmup = s.has("warmup_iterations")
                ? s.atLeast("warmup_iterations", 0, 0)
                : Math.round(s.positive(
                                "warmup_epochs",
                                defaults.selfSupervised()
                                        .map(o -> Math.min(o.warmupEpochs(), total / (5.0 * perEpoch)))
                                        .orElse(0.0))
                        * perEpoch);
        if (warmup >= total) {
            throw new RecipeException("the warm-up takes " + warmup + " updates and the whole run " + total
                    + "; shorten '" + s.name("warmup_epochs") + "' or '" + s.name("warmup_iterations") + "'");
        }
        List<Double> milestones = s.list("milestones", Double::parseDouble, List.of(0.8));
        double factor = s.positive("step_factor", 0.1);
        double power = s.positive("power", 1);
        return switch (name) {
            case "constant" -> warmed(Schedule.constant(rate), warmup);
            case "cosine" ->
                warmup == 0
                        ? new CosineAnnealing(rate, end, total)
                        : new LinearWarmupCosine(0, rate, end, warmup, total - warmup);
            case "polynomial" -> new WarmupPolynomial(rate, end, power, warmup, 1e-6, total);
            case "one-cycle" -> OneCycle.of(rate, total);
            case "warmup-one-cycle" -> WarmupOneCycle.segmentation(rate, warmup, total);
            default ->
                warmed(
                        new Steps(
                                rate,
                                factor,
                                milestones.stream()
                                        .map(part -> Math.round(part * total))
                                        .toList()),
                        warmup);
        };
    }

    private static Schedule warmed(Schedule schedule, long warmup) {
        return warmup == 0 ? schedule : i -> schedule.at(i) * Math.min(1, (i + 1.0) / warmup);
    }

    private static GradientClip clip(Section s, Optional<SelfSupervised> own) {
        OptionalDouble most = s.number("clip");
        if (most.isEmpty() && own.isPresent()) {
            most = OptionalDouble.of(own.get().clip());
        }
        if (most.isEmpty()) {
            s.without("there is no '" + s.name("clip") + "'", "clip_by");
        }
        Map<String, String> ways = own.isPresent()
                ? Map.of("total", "total", "each", "each", "parts", "parts")
                : Map.of("total", "total", "each", "each");
        String by = s.choice("clip_by", ways, own.map(SelfSupervised::clipBy).orElse("total"));
        if (most.isEmpty() || (most.getAsDouble() == 0 && own.isPresent())) {
            return GradientClip.NONE;
        }
        return switch (by) {
            case "each" -> new GradientClip.EachVariable(most.getAsDouble());
            case "parts" ->
                new GradientClip.EachPart(most.getAsDouble(), own.orElseThrow().parts());
            default -> new GradientClip.TotalNorm(most.getAsDouble());
        };
    }
}
