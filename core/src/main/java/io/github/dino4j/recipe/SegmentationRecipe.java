package io.github.dino4j.recipe;

import io.github.dino4j.augment.Scene;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.data.Split;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.image.Transform;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.FineTuneFpn;
import io.github.dino4j.segment.FineTuneLinear;
import io.github.dino4j.segment.Fit;
import io.github.dino4j.segment.Inference;
import io.github.dino4j.segment.LabelImage;
import io.github.dino4j.segment.LinearSegmenter;
import io.github.dino4j.segment.Mask2FormerConfig;
import io.github.dino4j.segment.Mask2FormerSegmenter;
import io.github.dino4j.segment.MaskLoss;
import io.github.dino4j.segment.PyramidSegmenter;
import io.github.dino4j.segment.SegmentLoss;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentationHead;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.Input;
import io.github.dino4j.train.LearningHead;
import io.github.dino4j.train.SegmentExample;
import io.github.dino4j.train.SegmentTruth;
import io.github.dino4j.train.SegmentationTraining;
import io.github.dino4j.train.TrainingTask;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** {@code task: segmentation}. */
final class SegmentationRecipe implements TaskRecipe {
    private static final int LEVELS = 4;

    /** Which head. */
    enum Kind {
        /** Batch norm and a 1x1 convolution: DINOv3's evaluation. */
        LINEAR,
        /** A 1x1 convolution: dinov3-finetune. */
        FINE_TUNE_LINEAR,
        /** The FPN decoder of dinov3-finetune. */
        FPN,
        /** Adapter, fusion over scales, FPN decoder: the article. */
        PYRAMID,
        /** Adapter, pixel decoder, masked decoder. */
        MASK2FORMER
    }

    @Override
    public PlanRecipe.Defaults defaults(Section top) {
        return new PlanRecipe.Defaults(20, 8, "adamw", 1e-3, 1e-3, "cosine");
    }

    @Override
    public Split split(Section data, long seed) {
        return DataRecipe.read(data, DataRecipe.Truth.MASKS, seed);
    }

    @Override
    public boolean readsDepth() {
        return true;
    }

    @Override
    public TrainingTask<?> task(Parts parts) {
        Section head = parts.top().section("head");
        Split split = parts.split();
        ClassList classes = split.training().classes();
        BackboneConfig backbone = parts.backbone().config();
        Kind kind = head.choice("kind", Kind.class, Kind.LINEAR);
        unread(head, kind);
        boolean levels = kind != Kind.LINEAR && kind != Kind.FINE_TUNE_LINEAR;
        if (levels && backbone.depth() < LEVELS) {
            throw new RecipeException("'" + head.name("kind") + ": " + Section.word(kind) + "' reads " + LEVELS
                    + " layers, and the backbone has " + backbone.depth() + "; take linear, or a deeper backbone");
        }
        int multiple = kind == Kind.PYRAMID || kind == Kind.MASK2FORMER ? 32 : backbone.patch();
        AugmentRecipe augment = AugmentRecipe.read(
                parts.top().section("augmentation"), AugmentRecipe.Kind.ADE20K, 16 * backbone.patch(), multiple);
        Transform transform = parts.model().card().transform();
        Examples<SegmentExample> examples = new PhotoExamples<>(
                split.training(), augment.change(), transform, backbone.readsDepth(), SegmentationRecipe::example);
        Examples<SegmentTruth> truths = new Truths(split.validation(), classes);
        SegmentationTraining.Settings settings = SegmentationTraining.Settings.of(
                        classes, transform, inference(parts.top().section("validation")))
                .withPictures(parts.top().section("validation").atLeast("pictures", 0, 4));
        settings = parts.cache(augment.random()).map(settings::withCache).orElse(settings);
        long seed = parts.seed();
        MaskLoss loss = MaskLoss.STANDARD.withPoints(head.atLeast("points", 1, 112 * 112));
        SegmentLoss pixels = loss(head, classes.size());
        if (kind == Kind.MASK2FORMER) {
            Mask2FormerConfig config = Mask2FormerConfig.of(backbone, head.atLeast("width", 32, 256), classes.size());
            return SegmentationTraining.ofMasks(
                    parts.backbone(),
                    LearningHead.random(seed, p -> new Mask2FormerSegmenter(p, config)),
                    examples,
                    truths,
                    loss,
                    settings);
        }
        LearningHead<SegmentationHead> learning = LearningHead.random(seed, head(head, kind, backbone, classes.size()));
        return SegmentationTraining.of(parts.backbone(), learning, examples, truths, pixels, settings);
    }

    private static Function<Parameters, SegmentationHead> head(
            Section s, Kind kind, BackboneConfig backbone, int classes) {
        int dim = backbone.dim();
        int width = s.atLeast("width", 1, kind == Kind.PYRAMID ? 256 : 128);
        int padding = s.atLeast("padding", 0, 1);
        boolean relu = s.flag("relu", false);
        PyramidSegmenter.Config.Fusion fusion =
                s.choice("fusion", PyramidSegmenter.Config.Fusion.class, PyramidSegmenter.Config.Fusion.FPN);
        int layers = s.atLeast("layers", 1, 1);
        return switch (kind) {
            case LINEAR -> {
                LinearSegmenter.Config config = LinearSegmenter.Config.of(
                        backbone, layers == 4 ? Layers.fourEvenly(backbone.depth()) : Layers.last(layers), classes);
                yield p -> new LinearSegmenter(p, config);
            }
            case FINE_TUNE_LINEAR -> p -> new FineTuneLinear(p, dim, classes);
            case FPN -> {
                FpnDecoder.Config config = new FpnDecoder.Config(
                        dim, width, classes, padding, relu ? FpnDecoder.Last.RELU : FpnDecoder.Last.LOGITS);
                yield p -> new FineTuneFpn(p, config);
            }
            default -> {
                PyramidSegmenter.Config config =
                        PyramidSegmenter.Config.of(dim, backbone.depth(), width, classes, fusion);
                yield p -> new PyramidSegmenter(p, config);
            }
        };
    }

    /** Refuses keys that belong to other heads. */
    private static void unread(Section s, Kind kind) {
        List<String> keys =
                new ArrayList<>(List.of("layers", "width", "padding", "relu", "fusion", "points", "class_weights"));
        keys.removeAll(
                switch (kind) {
                    case LINEAR -> List.of("layers", "class_weights");
                    case FINE_TUNE_LINEAR -> List.of("class_weights");
                    case FPN -> List.of("width", "padding", "relu", "class_weights");
                    case PYRAMID -> List.of("width", "fusion", "class_weights");
                    case MASK2FORMER -> List.of("width", "points");
                });
        s.without(
                "'" + s.name("kind") + "' is " + Section.word(kind) + ", which does not read it",
                keys.toArray(String[]::new));
    }

    private static SegmentLoss loss(Section s, int classes) {
        List<Float> weights = s.list("class_weights", Float::parseFloat, List.of());
        if (!weights.isEmpty() && weights.size() != classes) {
            throw new RecipeException("'" + s.name("class_weights") + "' has " + weights.size() + " factors for "
                    + classes + " classes; write one for each");
        }
        return new SegmentLoss.CrossEntropy(SegmentLoss.Reduction.MEAN_OF_VALID, weights, SegmentLoss.IGNORED, 1);
    }

    private static SegmentOptions inference(Section s) {
        OptionalInt side = s.integer("side");
        OptionalInt window = s.integer("window");
        int stride = s.atLeast("stride", 1, Math.max(1, window.orElse(0) * 2 / 3));
        Inference inference = window.isPresent()
                ? Inference.Slide.dinoV3(window.getAsInt(), stride)
                : new Inference.Plain(Fit.STRETCH);
        SegmentOptions options = SegmentOptions.of(side.orElse(1), inference);
        return side.isPresent() ? options : options.withOwnSize();
    }

    private static SegmentExample example(int index, Scene scene, Input input) {
        int[] labels = scene.labels().orElseThrow();
        int[] targets = new int[labels.length];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = labels[i] == scene.ignored() ? -1 : labels[i];
        }
        return new SegmentExample(input, targets);
    }

    /** Photos as they are, with their masks. */
    private record Truths(TruthSet set, ClassList classes) implements Examples<SegmentTruth> {
        @Override
        public int size() {
            return set.size();
        }

        @Override
        public String name(int index) {
            return set.example(index).name();
        }

        @Override
        public SegmentTruth load(int index, RandomGenerator random) {
            Scene scene = set.read(index);
            int[] labels = scene.labels().orElseThrow().clone();
            for (int i = 0; i < labels.length; i++) {
                labels[i] = labels[i] == scene.ignored() ? ignored() : classes.labelOf(labels[i]);
            }
            return new SegmentTruth(scene.photo(), scene.depth(), LabelImage.of(scene.width(), scene.height(), labels));
        }

        private int ignored() {
            return classes.ignored().orElse(classes.zeroIsUnlabelled() ? 0 : ClassList.IGNORED);
        }
    }
}
