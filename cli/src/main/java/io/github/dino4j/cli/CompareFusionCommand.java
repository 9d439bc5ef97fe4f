package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.bench.InputSize;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.eval.FusionComparison;
import io.github.dino4j.eval.FusionPlan;
import io.github.dino4j.eval.FusionResult;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.HeadFile;
import io.github.dino4j.segment.PyramidSegmenter.Config.Fusion;
import io.github.dino4j.segment.SegmentationHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "compare-fusion",
        description =
                "Compare the two ways to fuse scales between adapter and decoder of a segmenter, msdeform and fpn:"
                        + " parameters, FLOPs, peak memory, time, and with trained heads and data mIoU.",
        footer = {
            "",
            "Examples:",
            "  dino4j compare-fusion --size 512 -o chart.png",
            "  dino4j compare-fusion --backbone dinov3_vitl16 --batch 4 --width 2048",
            "  dino4j compare-fusion -m dinov3_vits16.pth --head-msdeform deform.safetensors \\",
            "      --head-fpn fpn.safetensors --classes camvid --images camvid/test/images \\",
            "      --masks camvid/test/labels --photo street.jpg -o chart.png",
            "",
            "Without files all weights are drawn from a seed: they cost what trained ones cost.",
            "The contenders take turns, so that ratios hold on a busy machine as well. Peak memory",
            "is what a fusion takes beyond its weights and the maps it reads, in a process of its own."
        })
final class CompareFusionCommand implements Callable<Integer> {
    private static final long SEED = 2025;
    private static final int USUAL_CLASSES = 21;

    @Mixin
    private Console console = new Console();

    @Option(
            names = "--backbone",
            paramLabel = "NAME",
            description = "Shape of the backbone, a name of 'dino4j models', its weights drawn at random (default:"
                    + " dinov3_vits16).")
    private Optional<String> backbone = Optional.empty();

    @Option(
            names = {"-m", "--model-file"},
            paramLabel = "PATH",
            description = "A checkpoint in place of --backbone; trained heads need theirs.")
    private Optional<Path> file = Optional.empty();

    @Mixin
    private LoadingOptions loading = new LoadingOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = "--size",
            paramLabel = "N|HxW",
            converter = Size.Converter.class,
            description =
                    "Pixels of the input, multiples of 32 and of the patch (default: 512, with patches of 14 pixels"
                            + " 448). Photos are resized to its shorter side.")
    private Optional<Size> size = Optional.empty();

    @Option(names = "--batch", paramLabel = "N", description = "Images at once (default: ${DEFAULT-VALUE}).")
    private int batch = 1;

    @Option(
            names = "--width",
            paramLabel = "C",
            description =
                    "Channels of the fused maps, a multiple of 32 (default: 256; the article's pipeline has 2048)."
                            + " Trained heads have their own.")
    private Optional<Integer> width = Optional.empty();

    @Option(
            names = "--classes",
            paramLabel = "N|NAME|FILE",
            description = "How many classes, or their names as for 'dino4j segment' (default: " + USUAL_CLASSES
                    + ", or as many as the heads have).")
    private Optional<String> classes = Optional.empty();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description =
                    "Turns of each contender (default: ${DEFAULT-VALUE}); minimum and median are taken over them.")
    private int rounds = 7;

    @Option(names = "--no-memory", description = "Leave out the memory, which takes a process for each fusion.")
    private boolean noMemory;

    @Option(names = "--head-msdeform", paramLabel = "FILE", description = "A trained segmenter that fuses by msdeform.")
    private Optional<Path> msdeform = Optional.empty();

    @Option(names = "--head-fpn", paramLabel = "FILE", description = "The same that fuses by fpn.")
    private Optional<Path> fpn = Optional.empty();

    @Option(names = "--images", paramLabel = "FOLDER", description = "Photos to measure mIoU on, with --masks.")
    private Optional<Path> images = Optional.empty();

    @Option(
            names = "--masks",
            paramLabel = "FOLDER",
            description = "Their true masks. Files of a pair have one name but for the ending.")
    private Optional<Path> masks = Optional.empty();

    @Option(
            names = "--photo",
            paramLabel = "FILE",
            description = "Draw below the chart what both segmenters see in this photo.")
    private Optional<Path> photo = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Draw the result as a chart, a .png.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--json", description = "The result as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        check();
        Optional<DataSet> data = images.isPresent()
                ? Optional.of(DataSet.ofFolders(images.get().toString(), images.get(), masks.orElseThrow()))
                : Optional.empty();
        Optional<RgbImage> shown = photo.map(decoding.decoder()::read);
        try (Dino dino = backbone();
                FusionComparison comparison = comparison(dino.model())) {
            InputSize pixels = size.map(s -> new InputSize(s.height(), s.width()))
                    .orElse(InputSize.square(dino.card().config().patch() == 14 ? 448 : 512));
            int side = Math.min(pixels.height(), pixels.width());
            FusionPlan plan =
                    FusionPlan.of(pixels).withBatch(batch).withRounds(rounds).withMemory(!noMemory);
            FusionResult result = comparison.measure(plan, console::note);
            if (file.isEmpty()) {
                result = result.withBackbone(name());
            }
            if (data.isPresent()) {
                try (EvaluationProgress progress = new EvaluationProgress(console, "mIoU")) {
                    result = result.withQuality(
                            comparison.evaluate(data.get(), side, LocalDate.now(ZoneId.systemDefault()), progress));
                }
            }
            print(result);
            if (output.isPresent()) {
                RgbImage picture = shown.isPresent()
                        ? result.picture(shown.get(), comparison.predict(shown.get(), side))
                        : result.chart().render();
                Output.png(output.get(), picture);
                console.note("chart: " + output.get());
            }
        }
        return ExitCode.OK;
    }

    private void check() throws IOException {
        if (backbone.isPresent() && file.isPresent()) {
            throw console.usage("--backbone draws weights at random, -m reads them from a file; give one of them");
        }
        if (msdeform.isPresent() != fpn.isPresent()) {
            throw console.usage("a trained head beside a random one compares nothing; give both --head-msdeform and"
                    + " --head-fpn, or none");
        }
        if (msdeform.isPresent() && width.isPresent()) {
            throw console.usage("trained heads have a width of their own; leave --width out");
        }
        if (images.isPresent() != masks.isPresent()) {
            throw console.usage("mIoU takes photos and their masks; give both --images and --masks, or none");
        }
        if (images.isPresent() && msdeform.isEmpty()) {
            throw console.usage("random heads know nothing, their mIoU would mean nothing; give --head-msdeform and"
                    + " --head-fpn with --images");
        }
        if (photo.isPresent() && output.isEmpty()) {
            throw console.usage("--photo is drawn below the chart; say where with -o chart.png");
        }
        for (Path head :
                List.of(msdeform, fpn).stream().flatMap(Optional::stream).toList()) {
            if (!Files.exists(head)) {
                throw console.usage(head + ": no such file. Check the path.");
            }
        }
        if (output.isPresent()) {
            Output.checkFile(output.get());
        }
    }

    private String name() {
        return backbone.orElse("dinov3_vits16");
    }

    private Dino backbone() {
        if (file.isPresent()) {
            return loading.load(file.get(), console);
        }
        BackboneCatalog.Entry entry = BackboneCatalog.get(name());
        loading.applyThreads();
        console.note("drawing weights of " + entry.name() + " and both heads from seed " + SEED);
        return Dino.of(Model.random(entry.config(), SEED, loading.options().precision()));
    }

    private FusionComparison comparison(Model model) {
        if (msdeform.isEmpty()) {
            ClassList list = classes.map(CompareFusionCommand::classes).orElse(ClassList.numbered(USUAL_CLASSES));
            return FusionComparison.random(model, width.orElse(256), list, SEED);
        }
        Path first = msdeform.get();
        ClassList list = classes.map(CompareFusionCommand::classes).orElseGet(() -> {
            try (LoadedHead<SegmentationHead> head = HeadFile.open(first).load(model)) {
                return SegmenterOptions.usual(head.head().classes(), console);
            }
        });
        return FusionComparison.load(model, first, fpn.orElseThrow(), list);
    }

    private static ClassList classes(String text) {
        return text.matches("\\d{1,6}") ? ClassList.numbered(Integer.parseInt(text)) : SegmenterOptions.classes(text);
    }

    private void print(FusionResult result) {
        if (json) {
            console.json(result.toMap());
            return;
        }
        console.out().println(result.title());
        console.out().println(result.origin() + "; " + result.threads() + " threads; " + result.machine());
        console.out().println();
        Table.of(result.cells()).forEach(console.out()::println);
        console.out().println();
        for (Fusion fusion : Fusion.values()) {
            console.out().println(fusion.purpose());
        }
        console.out().flush();
    }
}
