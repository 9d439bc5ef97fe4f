package io.github.dino4j.cli;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.bench.Benchmark;
import io.github.dino4j.bench.GeneratedCheckpoint;
import io.github.dino4j.bench.InputSize;
import io.github.dino4j.bench.Machine;
import io.github.dino4j.bench.NoiseImages;
import io.github.dino4j.bench.OperatorSplit;
import io.github.dino4j.bench.Plan;
import io.github.dino4j.bench.Report;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "bench",
        description = "Measure a model on this machine: milliseconds an image, arithmetic against what a large matrix"
                + " product reaches in the same run, memory, and how far each precision moves features from float32.",
        footer = {
            "",
            "Examples:",
            "  dino4j bench -m dinov3_vits16.pth --sizes 224,512 --batches 1,8",
            "  dino4j bench --model dinov3_vitb16 --random --precisions float32,bfloat16",
            "  dino4j bench -m model.pth --images photos/ --csv > table.csv",
            "  dino4j bench -m model.pth --profile",
            "",
            "All rows of a table take turns, so that their ratios hold on a busy machine as",
            "well. Rates are those of the shortest time. MB is the most that a process of its own",
            "holds while it runs the row, Java and the mapped file included."
        })
final class BenchCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Option(
            names = {"-m", "--model-file"},
            paramLabel = "PATH",
            description = "Checkpoint: .pth, .safetensors, or a folder with config.json.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Name in the catalogue: where a file fits several, or with --random.")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--random",
            description = "No file: weights of the published size, drawn at random (written to a temporary file).")
    private boolean random;

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "N|HxW",
            converter = Size.Converter.class,
            description = "Pixels of the inputs (default: as the model's evaluation).")
    private List<Size> sizes = List.of();

    @Option(names = "--batches", split = ",", paramLabel = "N", description = "Images at once (default: 1).")
    private List<Integer> batches = List.of(1);

    @Option(
            names = "--precisions",
            split = ",",
            paramLabel = "NAME",
            description = "Of ${COMPLETION-CANDIDATES} (default: plain,float32,bfloat16,int8).")
    private List<Arithmetic> precisions =
            List.of(Arithmetic.plain, Arithmetic.float32, Arithmetic.bfloat16, Arithmetic.int8);

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            description = "Threads of the engine (default: all cores).")
    private List<Integer> threads = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Turns of each row (default: ${DEFAULT-VALUE}); minimum and median are taken over them.")
    private int rounds = 7;

    @Option(
            names = "--images",
            paramLabel = "FOLDER",
            description = "Photos for the drift from float32 (default: generated noise with a photo's spectrum).")
    private Optional<String> images = Optional.empty();

    @Option(
            names = "--noise-images",
            paramLabel = "N",
            description = "How many images to generate for the drift (default: ${DEFAULT-VALUE}); 0 leaves it out.")
    private int noiseImages = 16;

    @Option(names = "--no-memory", description = "Leave out the memory, which takes a process for each precision.")
    private boolean noMemory;

    @Option(names = "--profile", description = "Instead of the table: how one forward pass splits by operator.")
    private boolean profile;

    @Option(names = "--json", description = "The result as JSON.")
    private boolean json;

    @Option(names = "--csv", description = "The table as comma-separated values.")
    private boolean csv;

    @Override
    public Integer call() throws IOException {
        check();
        if (!random) {
            return run(file.orElseThrow());
        }
        BackboneCatalog.Entry entry = BackboneCatalog.get(name.orElseThrow());
        Path drawn = Files.createTempFile("dino4j-bench-", ".safetensors");
        try {
            console.note("drawing weights of " + entry.name() + " at random");
            GeneratedCheckpoint.write(entry, DType.F32, drawn);
            return run(drawn);
        } finally {
            Files.deleteIfExists(drawn);
        }
    }

    private void check() {
        if (random == file.isPresent()) {
            throw console.usage("give either a checkpoint, -m PATH, or --model NAME --random");
        }
        if (random && name.isEmpty()) {
            throw console.usage("--random needs --model NAME ('dino4j models' lists the names)");
        }
        if (csv && (json || profile)) {
            throw console.usage("--csv is a form of the table; leave --json and --profile out");
        }
        if (noiseImages < 0) {
            throw console.usage("--noise-images must be at least 0, found " + noiseImages);
        }
    }

    private int run(Path checkpoint) {
        LoadOptions options = name.map(LoadOptions.DEFAULT::withModel).orElse(LoadOptions.DEFAULT);
        Plan plan = plan(checkpoint, options);
        if (profile) {
            profiles(Benchmark.profile(checkpoint, options, plan, console::note));
        } else {
            Report report = Benchmark.run(checkpoint, options, plan, photos(), console::note);
            if (json) {
                console.json(report.toMap());
            } else if (csv) {
                console.out().print(report.csv());
            } else {
                console.out().println(report.title() + "; " + report.machine());
                console.out().println();
                Table.of(report.cells()).forEach(console.out()::println);
                report.leftOut().forEach(console.out()::println);
            }
        }
        console.out().flush();
        return ExitCode.OK;
    }

    private Plan plan(Path checkpoint, LoadOptions options) {
        List<InputSize> inputs =
                sizes.stream().map(s -> new InputSize(s.height(), s.width())).toList();
        if (inputs.isEmpty()) {
            try (Model model = Model.load(checkpoint, options.withPrecision(Precision.PLAIN))) {
                inputs = List.of(InputSize.square(evaluationSide(model)));
            }
        }
        return Plan.of(inputs.toArray(InputSize[]::new))
                .withBatches(batches)
                .withPrecisions(precisions.stream().map(Arithmetic::precision).toList())
                .withThreads(threads.isEmpty() ? List.of(Engine.threads()) : threads)
                .withMemory(!noMemory)
                .withRounds(rounds, rounds < 5 ? 0 : 0.1); // few rounds: a first look
    }

    /** As the catalogue has it; 16 patches where the model is not in it. */
    private static int evaluationSide(Model model) {
        BackboneConfig config = model.config();
        return BackboneCatalog.find(model.card().name())
                .map(BackboneCatalog.Entry::size)
                .orElse(16 * config.patch());
    }

    private Iterable<RgbImage> photos() {
        if (images.isEmpty()) {
            return NoiseImages.of(noiseImages, 448, 1);
        }
        List<Path> paths = ImageFolder.expand(List.of(images.get()));
        ImageDecoder decoder = ImageDecoder.standard();
        return () -> paths.stream().map(decoder::read).iterator(); // read again for each size: one at a time in memory
    }

    private void profiles(List<OperatorSplit> splits) {
        if (json) {
            console.json(Map.of(
                    "machine",
                    Machine.here().toMap(),
                    "profiles",
                    splits.stream().map(OperatorSplit::toMap).toList()));
            return;
        }
        console.out().println(Machine.here());
        for (OperatorSplit split : splits) {
            console.out().println();
            console.out()
                    .println(String.format(
                            Locale.ROOT, "%s: %.2f ms a pass", split.configuration(), 1e3 * split.seconds()));
            if (split.operators().isEmpty()) {
                console.out().println("no operator of the engine reports its time on this path");
            } else {
                Table.of(split.cells()).forEach(console.out()::println);
            }
        }
    }
}
