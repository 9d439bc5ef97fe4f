package io.github.dino4j.cli;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.depth.ClassToken;
import io.github.dino4j.depth.DepthOptions;
import io.github.dino4j.depth.DepthPredictor;
import io.github.dino4j.depth.DepthPreset;
import io.github.dino4j.depth.HeadNorm;
import io.github.dino4j.depth.LinearDepthConfig;
import io.github.dino4j.depth.LinearDepthHead;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A depth head and how photos go through it. */
final class DepthHeadOptions {
    /** Depths that a random head is a mean of, as in the published linear heads. */
    private static final int BINS = 256;

    @Mixin
    private HeadOptions head = new HeadOptions();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "How the head was trained: synthmix, dinov3, chmv2, nyu, nyu-as-hub, kitti (default: by the"
                    + " file's name, where it is a published one).")
    private Optional<String> preset = Optional.empty();

    @Option(
            names = "--side",
            paramLabel = "N",
            description = "Pixels of the shorter side that photos are resized to first (default: the photo's own size)."
                    + " Results have the photo's size in any case.")
    private Optional<Integer> side = Optional.empty();

    @Option(names = "--flip", description = "Average over the photo and its mirror image; twice the work.")
    private boolean flip;

    HeadOptions head() {
        return head;
    }

    /** Before the model is loaded. */
    void check(Console console) {
        head.check(console);
        preset.ifPresent(DepthPreset::get);
        if (side.isPresent() && side.get() < 1) {
            throw console.usage("--side " + side.get() + ": wanted a number of pixels above 0");
        }
    }

    /** Loads the head; the predictor closes it. */
    DepthPredictor load(Model model, Console console) {
        DepthOptions options = DepthOptions.DEFAULT;
        if (preset.isPresent()) {
            options = options.withPreset(DepthPreset.get(preset.get()));
        }
        if (side.isPresent()) {
            options = options.withSizing(new Sizing.ShorterSide(side.get()));
        }
        if (flip) {
            options = options.withMirroring(DepthOptions.Mirroring.AVERAGED);
        }
        DepthPredictor predictor = head.file().isPresent()
                ? DepthPredictor.load(model, head.file().get(), options)
                : random(model, options);
        console.note("head: " + predictor.preset().title() + " ("
                + predictor.preset().name() + "), " + predictor.head().values().range());
        head.introduce(console);
        return predictor;
    }

    private DepthPredictor random(Model model, DepthOptions options) {
        DepthPreset shape = options.preset().orElse(DepthPreset.NYU);
        BackboneConfig backbone = model.config();
        Taps taps = new Taps(Layers.last(1), true);
        LinearDepthConfig config =
                new LinearDepthConfig(taps.widths(backbone), ClassToken.IGNORED, HeadNorm.NONE, 1, BINS);
        return DepthPredictor.of(
                model,
                LoadedHead.random(head.seed(), p -> new LinearDepthHead(p, config, shape.values(), taps)),
                shape,
                options);
    }
}
