package io.github.dino4j.recipe;

import io.github.dino4j.augment.Range;
import io.github.dino4j.augment.Resizing;
import io.github.dino4j.data.Split;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Transform;
import io.github.dino4j.nn.CopiedParameters;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.nn.Stochastic;
import io.github.dino4j.predict.Model;
import io.github.dino4j.ssl.BlockMasks;
import io.github.dino4j.ssl.DinoHead;
import io.github.dino4j.ssl.Generation;
import io.github.dino4j.ssl.GramAnchor;
import io.github.dino4j.ssl.GramLoss;
import io.github.dino4j.ssl.KnnProbe;
import io.github.dino4j.ssl.KoLeoLoss;
import io.github.dino4j.ssl.MultiCrop;
import io.github.dino4j.ssl.Network;
import io.github.dino4j.ssl.NetworkParameters;
import io.github.dino4j.ssl.Objective;
import io.github.dino4j.ssl.SelfDistillation;
import io.github.dino4j.ssl.SelfSupervisedTraining;
import io.github.dino4j.ssl.ViewExamples;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.train.CosineSchedule;
import io.github.dino4j.train.Input;
import io.github.dino4j.train.TrainingTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code task: self-supervised}: a backbone learns from photos alone, by the recipe of DINO, DINOv2 or DINOv3 under {@code
 * objective}, cut into views as {@code crops} says.
 */
final class SelfSupervisedRecipe implements TaskRecipe {
    private static final Map<String, Generation> RECIPES = Map.of(
            "dinov1", Generation.DINO_V1,
            "dinov2", Generation.DINO_V2,
            "dinov3", Generation.DINO_V3,
            "token-matching", Generation.TOKEN_MATCHING);
    private static final int SHOWN = 8;

    private static Generation generation(Section top) {
        return top.section("objective").choice("recipe", RECIPES, "dinov3");
    }

    @Override
    public PlanRecipe.Defaults defaults(Section top) {
        boolean first = generation(top).equals(Generation.DINO_V1);
        return new PlanRecipe.Defaults(
                100,
                64,
                "adamw",
                first ? 5e-4 : 1e-3,
                0.04,
                "cosine",
                Optional.of(new PlanRecipe.SelfSupervised(
                        first ? PlanRecipe.Decay.DINO_V1 : PlanRecipe.Decay.MATRICES,
                        first ? 1 : 0.9,
                        first ? 1 : 0.2,
                        0.4,
                        3,
                        first ? "each" : "parts",
                        10,
                        first,
                        List.of(Network.BACKBONE, Network.CLASS_HEAD, Network.PATCH_HEAD))));
    }

    @Override
    public boolean keepsFeatures() {
        return false;
    }

    @Override
    public Split split(Section data, long seed) {
        DataRecipe.start(data);
        TruthSet watched = DataRecipe.labelled(data);
        return new Split(PhotoFolders.read(data.section("train"), watched), watched);
    }

    @Override
    public TrainingTask<?> task(Parts parts) {
        Section top = parts.top();
        Section s = top.section("objective");
        Generation settings = generation(top);
        if (parts.backbone().isFrozen()
                || parts.backbone().variables().keySet().stream().anyMatch(n -> n.contains("lora"))) {
            throw new RecipeException(
                    "self-supervised training moves the whole backbone; write 'adaptation: whole' under"
                            + " 'backbone:'");
        }
        PlanRecipe.Length length = PlanRecipe.length(
                top.section("training"), defaults(top), parts.split().training().size());
        int patch = parts.model().config().patch();
        MultiCrop crops = crops(top.section("crops"), settings, patch, top.section("gram"));
        Objective objective = objective(s, top.section("gram"), settings, length);
        Network.Shape shape = shape(s, settings, objective, parts.model());
        Optional<BlockMasks> masks = objective.matchesPatches()
                ? Optional.of(masks(s, settings, crops.globalSize() / patch))
                : Optional.empty();
        Transform transform = parts.model().card().transform();
        Normalisation normalisation = transform.normalisation();
        TruthSet labelled = parts.split().validation();
        KnnProbe probe = new KnnProbe(
                new PhotoExamples<Input>(
                        labelled,
                        new Resizing.Exact(crops.globalSize(), crops.globalSize(), Interpolation.BICUBIC),
                        transform,
                        false,
                        (i, scene, x) -> x),
                labelled.examples().stream()
                        .mapToInt(example -> example.category().orElse(0))
                        .toArray(),
                labelled.classes().size());
        SelfDistillation model = model(parts, shape, objective);
        return new SelfSupervisedTraining(
                model,
                parts.model().card(),
                new ViewExamples(parts.split().training(), crops, normalisation),
                masks,
                probe,
                shown(parts.split().training(), transform, crops.globalSize()),
                parts.seed(),
                Map.of("views", crops.describe()));
    }

    private static SelfDistillation model(Parts parts, Network.Shape shape, Objective objective) {
        Arena arena = new Arena();
        try {
            NetworkParameters weights = new NetworkParameters(
                    new CopiedParameters(parts.model().source(arena), arena),
                    new RandomParameters(parts.seed(), arena));
            return new SelfDistillation(
                    weights, arena, parts.model().card().source(), shape, objective, view(parts.top()));
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** The arithmetic, and what is left to chance. */
    private static UnaryOperator<Parameters> view(Section top) {
        Section s = top.section("objective");
        boolean first = generation(top).equals(Generation.DINO_V1);
        boolean rope =
                top.section("backbone").section("random").text("family", "v3").equals("v3");
        double drop = s.positive("drop_path", 0);
        RotaryEmbedding.Distortion positions = new RotaryEmbedding.Distortion(
                s.positive("rope_shift", 0), s.positive("rope_jitter", 1), s.positive("rope_rescale", 1));
        if (!rope) {
            s.without("the backbone's positions do not turn", "rope_shift", "rope_jitter", "rope_rescale");
        }
        Stochastic chance = first
                ? Stochastic.dinoV1(drop)
                : generation(top).equals(Generation.DINO_V2)
                        ? Stochastic.dinoV2(drop)
                        : Stochastic.dinoV3(drop, positions);
        boolean mixed = BackboneRecipe.mixed(top.section("backbone"));
        return p -> {
            Parameters chosen = p.isLearning() ? p.learning(chance) : p;
            return mixed ? chosen.mixed() : chosen;
        };
    }

    private static Objective objective(Section s, Section gram, Generation settings, PlanRecipe.Length length) {
        Objective usual = settings.objective(length.total(), length.perEpoch());
        long total = length.total();
        double first = s.positive("first_teacher_temperature", Generation.FIRST_TEMPERATURE);
        double temperature = s.positive("teacher_temperature", settings.teacherTemperature());
        long warmup = Math.min(
                total,
                Math.round(s.positive("teacher_temperature_epochs", settings.temperatureEpochs()) * length.perEpoch()));
        double momentum = s.positive("teacher_momentum", settings.momentum());
        if (!(momentum < 1) || !(first > 0 && temperature > 0)) {
            throw new RecipeException("'" + s.name("teacher_momentum")
                    + "' lies in 0..1, below 1, and teacher's temperatures are above 0");
        }
        Optional<GramAnchor> anchor = gram.isGiven() ? Optional.of(anchor(gram, length)) : Optional.empty();
        double local = gram.positive("local_weight", 1);
        long begin = anchor.map(a -> Math.max(0, a.begin())).orElse(0L);
        double weight = gram.positive("weight", 1);
        return new Objective(
                s.positive("class_weight", usual.classWeight()),
                s.positive("patch_weight", usual.patchWeight()),
                s.positive("koleo_weight", usual.koleoWeight()),
                new KoLeoLoss(s.atLeast("koleo_neighbours", 1, 1)),
                s.choice("centering", Objective.Centers.class, settings.centering()),
                s.positive("center_momentum", usual.centerMomentum()),
                s.positive("student_temperature", usual.studentTemperature()),
                CosineSchedule.of(temperature, temperature, total, warmup, first),
                CosineSchedule.of(momentum, s.positive("teacher_momentum_end", 1), total),
                i -> i < begin ? 1 : local,
                true,
                anchor,
                i -> i < begin ? 0 : weight,
                usual.frozenLastLayer());
    }

    private static GramAnchor anchor(Section s, PlanRecipe.Length length) {
        long begin = Math.round(s.positive("begin_epoch", 0) * length.perEpoch());
        long every = Math.round(s.positive("refresh_epochs", 0) * length.perEpoch());
        return new GramAnchor(
                new GramLoss(
                        s.flag("normalised", true),
                        s.choice("negatives", GramLoss.Negatives.class, GramLoss.Negatives.KEEP)),
                s.flag("per_image", true),
                s.choice("tokens", GramAnchor.Selection.class, GramAnchor.Selection.ALL),
                begin,
                begin + every,
                every,
                s.atLeast("refreshes", 0, every > 0 ? 3 : 0));
    }

    private static Network.Shape shape(Section s, Generation settings, Objective objective, Model model) {
        int width = model.config().dim();
        int prototypes = s.atLeast("prototypes", 2, 65536);
        int hidden = s.atLeast("hidden", 1, 2048);
        int bottleneck = s.atLeast("bottleneck", 1, 256);
        int layers = s.atLeast("layers", 1, 3);
        DinoHead.LastLayer last = s.choice("last_layer", DinoHead.LastLayer.class, settings.lastLayer());
        boolean shared = s.flag("shared_head", settings.sharedHead());
        DinoHead.Config head = new DinoHead.Config(width, prototypes, hidden, bottleneck, layers, false, last);
        int patches = s.atLeast("patch_prototypes", 2, prototypes);
        return new Network.Shape(
                model.config(),
                head,
                objective.matchesPatches() && !shared
                        ? Optional.of(new DinoHead.Config(width, patches, hidden, bottleneck, layers, false, last))
                        : Optional.empty());
    }

    private static BlockMasks masks(Section s, Generation settings, int grid) {
        List<Double> part = s.list("masked_part", Double::parseDouble, List.of(0.1, 0.5));
        if (part.size() != 2) {
            throw s.wrong("masked_part", "the least and the most, such as [0.1, 0.5]");
        }
        return new BlockMasks(
                grid, grid, s.positive("masked_share", 0.5), part.get(0), part.get(1), settings.exactMasks());
    }

    private static MultiCrop crops(Section s, Generation settings, int patch, Section gram) {
        int global = s.atLeast("global_size", patch, 14 * patch);
        int local = s.atLeast("local_size", patch, 6 * patch);
        int anchor = gram.isGiven() ? gram.atLeast("size", patch, global) : 0;
        for (int size : List.of(global, local, anchor)) {
            if (size % patch != 0) {
                throw new RecipeException("sizes under '" + s.name("")
                        + "' and 'gram.size' are multiples of the patch, " + patch + "; found " + size);
            }
        }
        return new MultiCrop(
                global,
                range(s, "global_scale", settings.globalScale()),
                local,
                range(s, "local_scale", settings.localScale()),
                s.atLeast("local_views", 0, 8),
                s.positive("mirror", 0.5),
                blur(s, settings.blur()),
                anchor);
    }

    private static MultiCrop.Blur blur(Section s, MultiCrop.Blur otherwise) {
        List<Double> p =
                s.list("blur", Double::parseDouble, List.of(otherwise.first(), otherwise.second(), otherwise.local()));
        if (p.size() != 3 || p.stream().anyMatch(x -> !(x >= 0 && x <= 1))) {
            throw s.wrong("blur", "three probabilities, such as [0, 0.9, 0.5]");
        }
        return new MultiCrop.Blur(p.get(0), p.get(1), p.get(2));
    }

    private static Range range(Section s, String key, Range otherwise) {
        List<Double> ends = s.list(key, Double::parseDouble, List.of(otherwise.low(), otherwise.high()));
        if (ends.size() != 2) {
            throw s.wrong(key, "two numbers, such as [0.32, 1]");
        }
        return new Range(ends.get(0), ends.get(1));
    }

    /** Photos spread over the set. */
    private static List<SelfSupervisedTraining.Shown> shown(TruthSet photos, Transform transform, int size) {
        List<SelfSupervisedTraining.Shown> shown = new ArrayList<>();
        Transform twice = transform.withSize(2 * size, 2 * size);
        int count = Math.min(SHOWN, photos.size());
        for (int i = 0; i < count; i++) {
            int index = (int) ((i + 0.5) * photos.size() / count);
            shown.add(SelfSupervisedTraining.Shown.of(photos.read(index).photo(), twice));
        }
        return shown;
    }
}
