package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.export.FeatureJob;
import io.github.dino4j.export.FeatureKind;
import io.github.dino4j.export.FeatureWriter;
import io.github.dino4j.image.ImageFolder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "features",
        description = "Write the features of images to a file. Interrupted runs go on where they stopped.",
        footer = {
            "",
            "Examples:",
            "  dino4j features -m dinov3_vits16.pth -o photos.npy photos/",
            "  dino4j features -m model/ -k cls-mean-patch -o f.csv 'in/**/*.jpg' @more.txt",
            "  dino4j features -m model/ -k dense -o dense.safetensors cat.jpg",
            "",
            "Which kind: cls to search and to classify; mean-patch and cls-mean-patch where",
            "a benchmark says so; dense to segment and to match. Scale vectors to length 1",
            "before you compare them by cosine."
        })
final class FeaturesCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ImageOptions images = new ImageOptions();

    @Option(
            names = {"-k", "--kind"},
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private FeatureKind kind = FeatureKind.CLS;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description =
                    "The ending tells the format: .npy, .safetensors, .jsonl, .csv. A file that is there is replaced"
                            + " at the end.")
    private Path output = Path.of("");

    @Option(names = "--batch", paramLabel = "N", description = "Images at once (default: ${DEFAULT-VALUE}).")
    private int batch = FeatureJob.Options.DEFAULT.batch();

    @Option(
            names = "--streams",
            paramLabel = "N",
            description = "Batches side by side (default: one or two; a long job measures which is faster).")
    private Optional<Integer> streams = Optional.empty();

    @Option(names = "--restart", description = "Throw away what an interrupted run has left.")
    private boolean restart;

    @Option(
            names = "--skip-unreadable",
            description = "Exit with 0 although images could not be read; they are listed either way.")
    private boolean skipUnreadable;

    @Option(names = "--json", description = "The summary as JSON on stdout.")
    private boolean json;

    @Parameters(
            arity = "1..*",
            paramLabel = "IMAGES",
            description = "Files, folders, patterns such as 'photos/**/*.jpg', or lists: @list.txt, one path a line.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() {
        FeatureWriter.of(output); // before the model is loaded
        List<Path> paths = ImageFolder.expand(arguments);
        FeatureJob.Options options =
                FeatureJob.Options.DEFAULT.withBatch(batch).withRestart(restart).withDecoder(images.decoder());
        if (streams.isPresent()) {
            options = options.withStreams(streams.get());
        }
        AtomicBoolean finished = new AtomicBoolean();
        Thread farewell = new Thread(() -> {
            if (!finished.get()) {
                console.err().println(System.lineSeparator() + "interrupted; run the same command again to go on");
                console.err().flush();
            }
        });
        Runtime.getRuntime().addShutdownHook(farewell);
        try (Dino dino = model.load(images, console);
                Progress progress = new Progress(console)) {
            FeatureJob job = new FeatureJob(dino.model(), dino.transform(), kind, options);
            return report(job.run(paths, output, progress), progress);
        } finally {
            finished.set(true);
            Runtime.getRuntime().removeShutdownHook(farewell);
        }
    }

    private int report(FeatureJob.Summary summary, Progress progress) {
        progress.close();
        summary.failed().forEach(failure -> console.err().println("unreadable: " + failure.reason()));
        if (json) {
            console.json(json(summary));
        } else if (summary.written() > 0) {
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%s: %d %s, %s of %d values, %.1f s",
                            summary.output(),
                            summary.written(),
                            summary.written() == 1 ? "image" : "images",
                            summary.source().kind(),
                            summary.source().dim(),
                            summary.time().toMillis() / 1000.0));
        }
        if (summary.written() == 0) {
            console.err().println("dino4j: no image could be read, nothing was written");
            return ExitCode.FAILURE;
        }
        return summary.failed().isEmpty() || skipUnreadable ? ExitCode.OK : ExitCode.UNREADABLE;
    }

    private static Map<String, Object> json(FeatureJob.Summary summary) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("output", summary.output().toString());
        map.putAll(summary.source().toMap());
        map.put("dim", summary.source().dim());
        map.put("written", summary.written());
        map.put("resumed", summary.resumed());
        map.put(
                "failed",
                summary.failed().stream()
                        .map(f -> Map.of("path", f.image().toString(), "reason", f.reason()))
                        .toList());
        map.put("streams", summary.streams().count());
        map.put("streamsReason", summary.streams().reason());
        map.put("seconds", summary.time().toMillis() / 1000.0);
        return map;
    }
}
