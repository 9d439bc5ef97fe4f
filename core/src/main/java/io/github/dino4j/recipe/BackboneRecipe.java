package io.github.dino4j.recipe;

import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.lora.BlockRange;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.lora.Target;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.train.CheckpointedBackbone;
import io.github.dino4j.train.FrozenBackbone;
import io.github.dino4j.train.LearningBackbone;
import io.github.dino4j.train.LoraBackbone;
import io.github.dino4j.train.WholeBackbone;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The section {@code backbone} of a recipe: which weights, and what of them learns. */
final class BackboneRecipe {
    private BackboneRecipe() {}

    /** What of the backbone learns. */
    enum Adaptation {
        FROZEN,
        LORA,
        WHOLE
    }

    /** In which arithmetic a backbone that learns multiplies. */
    enum Arithmetic {
        FLOAT32,
        BFLOAT16
    }

    /**
     * Loads the model, packed where it stays frozen.
     *
     * @param depth whether the task can give it depth
     */
    static Model model(Section s, boolean depth) {
        Adaptation adaptation = adaptation(s);
        String why = "'" + s.name("adaptation") + "' is " + Section.word(adaptation);
        if (adaptation == Adaptation.FROZEN) {
            s.without(why + ", and nothing of it learns", "arithmetic", "checkpoint_blocks");
        } else {
            s.without(why + ", and a backbone that learns keeps plain weights", "precision");
        }
        return model(s, adaptation == Adaptation.FROZEN, depth);
    }

    /** Loads the model with weights that can be read and written. */
    static Model plain(Section s) {
        return model(s, false, true);
    }

    /** Loads the model of a section that does not say what learns of it, since nothing does. */
    static Model teacher(Section s) {
        return model(s, true, false);
    }

    private static Model model(Section s, boolean frozen, boolean depth) {
        LoadOptions.Precision precision =
                s.choice("precision", LoadOptions.Precision.class, LoadOptions.Precision.FLOAT32);
        if (!frozen) {
            precision = LoadOptions.Precision.PLAIN;
        }
        boolean readsDepth = depth && s.flag("reads_depth", false);
        Section random = s.section("random");
        Optional<Path> file = s.file("file");
        if (file.isPresent() == random.isGiven()) {
            throw new RecipeException("say which weights: either '" + s.name("file")
                    + ": model.pth', or a section '" + s.name("random")
                    + "' for weights drawn from a seed, which know nothing");
        }
        if (random.isGiven()) {
            return Model.random(config(random, readsDepth), random.atLeast("seed", 0, 1), precision);
        }
        LoadOptions options = LoadOptions.DEFAULT.withPrecision(precision);
        Optional<String> name = s.text("model"); // of a file
        if (name.isPresent()) {
            options = options.withModel(name.get());
        }
        if (readsDepth) {
            options = options.withDepth(new DepthFusion.Branch());
        }
        return Model.load(file.get(), options);
    }

    private static Adaptation adaptation(Section s) {
        return s.choice("adaptation", Adaptation.class, Adaptation.FROZEN);
    }

    /** Whose shape a drawn backbone has. */
    enum Family {
        V1,
        V2,
        V3
    }

    /** A small DINO of any shape. */
    private static VitConfig config(Section s, boolean depth) {
        Family family = s.choice("family", Family.class, Family.V3);
        int width = s.atLeast("width", 1, 192);
        int heads = s.atLeast("heads", 1, Math.max(1, width / 64));
        if (width % heads != 0 || width / heads % 4 != 0) {
            throw new RecipeException("'" + s.name("width") + "': " + width + " channels do not split into " + heads
                    + " heads of a multiple of 4 channels each");
        }
        int patch = s.atLeast("patch", 1, 16);
        if (family == Family.V3) {
            s.without("'" + s.name("family") + "' is v3, whose positions turn and need no grid", "grid");
        }
        if (family == Family.V1) {
            s.without("'" + s.name("family") + "' is v1, which has none", "registers", "layer_scale");
        }
        int grid = s.atLeast("grid", 1, 14);
        int registers = s.atLeast("registers", 0, family == Family.V3 ? 4 : 0);
        // v3's LayerScale begins at 1e-5: until it has learned, drawn blocks change nothing
        boolean scale = s.flag("layer_scale", family == Family.V2);
        Position position = family == Family.V3
                ? new Position.Rope(new RotaryEmbedding.Config(
                        new RotaryEmbedding.Periods.Base(100), RotaryEmbedding.Coordinates.SEPARATE, DType.F32))
                : new Position.LearnedGrid(grid, new Position.GridResample.ByScale(0.1, false));
        return new VitConfig(
                depth ? 4 : 3,
                width,
                s.atLeast("depth", 1, 6),
                heads,
                patch,
                position,
                new Ffn.Mlp(4 * width, true),
                new Norm.Layer(family == Family.V3 ? 1e-5 : 1e-6),
                registers,
                family == Family.V3 ? Bias.KEY_MASKED : Bias.FULL,
                true,
                scale,
                family != Family.V1,
                false,
                false,
                family == Family.V2 ? VitConfig.Remainder.REFUSE : VitConfig.Remainder.DROP);
    }

    /** Whether what learns multiplies in bfloat16. */
    static boolean mixed(Section s) {
        boolean mixed = s.choice("arithmetic", Arithmetic.class, Arithmetic.FLOAT32) == Arithmetic.BFLOAT16;
        if (mixed && !Precision.BFLOAT16.supported()) {
            throw new RecipeException("'" + s.name("arithmetic")
                    + ": bfloat16' needs a processor with bfloat16 products, which this one has not; write float32");
        }
        return mixed;
    }

    /** What learns of it. */
    static LearningBackbone learning(Section s, Model model, long seed) {
        Adaptation adaptation = adaptation(s);
        LoraBackbone.Arithmetic arithmetic = mixed(s) ? LoraBackbone.Arithmetic.MIXED : LoraBackbone.Arithmetic.FLOAT32;
        if (s.section("lora").isGiven() && adaptation != Adaptation.LORA) {
            throw new RecipeException("'" + s.name("lora") + "' is given, and '" + s.name("adaptation") + "' is "
                    + Section.word(adaptation) + "; write 'adaptation: lora', or take the section out");
        }
        int checkpointing = s.atLeast("checkpoint_blocks", 0, 0);
        LoraSpec lora = lora(s.section("lora"));
        return switch (adaptation) {
            case FROZEN -> new FrozenBackbone(model);
            case LORA -> {
                LoraBackbone learning = LoraBackbone.of(model, lora, seed, arithmetic);
                yield checkpointing == 0 ? learning : CheckpointedBackbone.of(learning, checkpointing);
            }
            case WHOLE -> {
                WholeBackbone learning = new WholeBackbone(model, arithmetic);
                yield checkpointing == 0 ? learning : CheckpointedBackbone.of(learning, checkpointing);
            }
        };
    }

    private static LoraSpec lora(Section s) {
        EnumSet<Target> targets = EnumSet.noneOf(Target.class);
        try {
            targets.addAll(s.list("targets", Target::of, List.of(Target.Q, Target.V)));
            OptionalDouble alpha = s.number("alpha");
            return new LoraSpec(
                    s.atLeast("rank", 1, 3),
                    alpha,
                    s.positive("dropout", 0),
                    targets,
                    new BlockRange(s.text("blocks", "all")));
        } catch (IllegalArgumentException e) {
            throw new RecipeException("'" + s.name("") + "': " + e.getMessage(), e);
        }
    }
}
