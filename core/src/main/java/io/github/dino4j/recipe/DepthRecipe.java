package io.github.dino4j.recipe;

import io.github.dino4j.augment.Scene;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.data.Split;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.depth.AfterFusion;
import io.github.dino4j.depth.ClassToken;
import io.github.dino4j.depth.DepthHead;
import io.github.dino4j.depth.DepthImage;
import io.github.dino4j.depth.DepthPreset;
import io.github.dino4j.depth.DepthProtocol;
import io.github.dino4j.depth.DptConfig;
import io.github.dino4j.depth.DptHead;
import io.github.dino4j.depth.HeadNorm;
import io.github.dino4j.depth.LinearDepthConfig;
import io.github.dino4j.depth.LinearDepthHead;
import io.github.dino4j.depth.Readout;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.train.DepthExample;
import io.github.dino4j.train.DepthTraining;
import io.github.dino4j.train.DepthTruth;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.Input;
import io.github.dino4j.train.LearningHead;
import io.github.dino4j.train.TrainingTask;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** {@code task: depth}. */
final class DepthRecipe implements TaskRecipe {
    private static final int STRIDE = 16; // of the usual patch

    /** Which head. */
    enum Kind {
        /** Batch norm and a 1x1 convolution to bins of depth. */
        LINEAR,
        /** Dense prediction transformer, over four layers. */
        DPT
    }

    @Override
    public PlanRecipe.Defaults defaults(Section top) {
        return new PlanRecipe.Defaults(20, 8, "adamw", 3e-4, 1e-4, "cosine");
    }

    @Override
    public Split split(Section data, long seed) {
        return DataRecipe.read(data, DataRecipe.Truth.DEPTH, seed);
    }

    @Override
    public TrainingTask<?> task(Parts parts) {
        Section head = parts.top().section("head");
        Section validation = parts.top().section("validation");
        BackboneConfig backbone = parts.backbone().config();
        List<Double> range = head.list("range", Double::parseDouble, List.of(0.001, 10.0));
        if (range.size() != 2 || !(range.get(0) >= 0) || !(range.get(1) > range.get(0))) {
            throw head.wrong("range", "the nearest and the farthest depth in metres, such as [0.001, 10]");
        }
        DepthPreset preset = DepthPreset.DINOV3.withRange(range.get(0), range.get(1));
        AugmentRecipe augment = AugmentRecipe.read(
                parts.top().section("augmentation"),
                AugmentRecipe.Kind.DEPTH,
                STRIDE * backbone.patch(),
                backbone.patch());
        Transform transform = parts.model().card().transform();
        Examples<DepthExample> examples =
                new PhotoExamples<>(parts.split().training(), augment.change(), transform, false, DepthRecipe::example);
        DepthProtocol protocol = new DepthProtocol(
                range.get(0),
                range.get(1),
                validation.choice("crop", DepthProtocol.Crop.class, DepthProtocol.Crop.FULL),
                validation.choice("alignment", DepthProtocol.Alignment.class, DepthProtocol.Alignment.NONE));
        DepthTraining.Settings settings = DepthTraining.Settings.of(preset, transform, protocol)
                .withLosses(
                        head.positive("sig_weight", 1),
                        head.atLeast("variance_after", 0, 100),
                        head.positive("gradient_weight", 0))
                .withPictures(validation.atLeast("pictures", 0, 4));
        OptionalInt side = validation.integer("side");
        if (side.isPresent()) {
            settings = settings.withSizing(
                    new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, side.getAsInt(), backbone.patch()));
        }
        settings = parts.cache(augment.random()).map(settings::withCache).orElse(settings);
        return new DepthTraining(
                parts.backbone(),
                LearningHead.random(parts.seed(), head(head, backbone, preset)),
                examples,
                new Truths(parts.split().validation()),
                settings);
    }

    private static Function<Parameters, DepthHead> head(Section s, BackboneConfig backbone, DepthPreset preset) {
        Kind kind = s.choice("kind", Kind.class, Kind.LINEAR);
        if (kind == Kind.LINEAR) {
            s.without("linear has no such part", "width", "readout");
        } else {
            s.without("dpt reads four layers", "layers");
        }
        int bins = s.atLeast("bins", 1, 256);
        int layers = s.atLeast("layers", 1, 1);
        int width = s.atLeast("width", 2, 128);
        Readout readout = s.choice("readout", Readout.class, Readout.IGNORE);
        HeadNorm norm = s.flag("batch_norm", true) ? HeadNorm.BATCH : HeadNorm.NONE;
        int levels = kind == Kind.DPT ? DptConfig.LEVELS : layers;
        Taps taps = new Taps(preset.layers().of(backbone.depth(), levels), preset.norm());
        List<Integer> widths = taps.widths(backbone);
        if (kind == Kind.LINEAR) {
            LinearDepthConfig config = new LinearDepthConfig(widths, ClassToken.IGNORED, norm, 1, bins);
            return p -> new LinearDepthHead(p, config, preset.values(), taps);
        }
        DptConfig config = new DptConfig(
                widths,
                List.of(width / 2, width, 2 * width, 2 * width),
                width,
                readout,
                norm,
                Bias.NONE,
                AfterFusion.PROJECTION,
                Math.max(1, width / 2),
                bins);
        DepthPreset read = config.readout() == Readout.PROJECT ? preset : preset.withReadout(config.readout());
        return p -> new DptHead(p, config, read.values(), taps);
    }

    private static DepthExample example(int index, Scene scene, Input input) {
        return new DepthExample(input, scene.depth().orElseThrow().metres());
    }

    /** Photos as they are, with their depth. */
    private record Truths(TruthSet set) implements Examples<DepthTruth> {
        @Override
        public int size() {
            return set.size();
        }

        @Override
        public String name(int index) {
            return set.example(index).name();
        }

        @Override
        public DepthTruth load(int index, RandomGenerator random) {
            Scene scene = set.read(index);
            var depth = scene.depth().orElseThrow();
            return new DepthTruth(scene.photo(), DepthImage.of(depth.width(), depth.height(), depth.metres()));
        }
    }
}
