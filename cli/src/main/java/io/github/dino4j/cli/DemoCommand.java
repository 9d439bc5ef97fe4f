package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.Sizing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "demo",
        description = "Run the main job on sample photos, or on yours, and write a page about what the model sees.",
        footer = {
            "",
            "Examples:",
            "  dino4j demo",
            "  dino4j demo -m dinov3_vits16.pth photos/",
            "",
            "Without -m the model is small and its weights are random: the page shows the",
            "mechanism, not knowledge."
        })
final class DemoCommand implements Callable<Integer> {
    private static final long SEED = 2025;

    @Mixin
    private Console console = new Console();

    @Option(
            names = {"-m", "--model-file"},
            paramLabel = "PATH",
            description = "A checkpoint (default: a small model with random weights).")
    private Optional<Path> file = Optional.empty();

    @Mixin
    private LoadingOptions loading = new LoadingOptions();

    @Option(
            names = {"-o", "--out", "--output"},
            paramLabel = "FOLDER",
            description = "Where the page goes (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("dino4j-out", "demo");

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Pixels of the shorter side, rounded to whole patches (default: ${DEFAULT-VALUE}).")
    private int size = 448;

    @Parameters(arity = "0..*", paramLabel = "IMAGES", description = "Photos (default: the repository's samples).")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws IOException {
        List<Path> photos = arguments.isEmpty() ? samples() : ImageFolder.expand(arguments);
        Output.folder(output);
        try (Dino dino = load()) {
            DemoPage page = new DemoPage(dino, ImageDecoder.standard(), console);
            int unreadable = page.add(photos);
            Path index = output.resolve("index.html");
            page.write(index, TensorFlow.of(dino.card().config(), 1, side(dino), side(dino)));
            console.out().println(index.toAbsolutePath());
            return unreadable == 0 ? ExitCode.OK : ExitCode.UNREADABLE;
        }
    }

    private Dino load() {
        Dino dino;
        if (file.isPresent()) {
            dino = loading.load(file.get(), console);
        } else {
            loading.requireNoFile(console);
            loading.applyThreads();
            dino = loading.introduce(RandomModel.load(SEED, loading.options().precision()), console);
        }
        int patch = dino.card().config().patch();
        Sizing sizing = new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, size, patch);
        Dino prepared = dino.with(dino.transform().withSizing(sizing));
        console.note("images: " + prepared.transform().describe());
        return prepared;
    }

    private int side(Dino dino) {
        int patch = dino.card().config().patch();
        return Math.max(1, Math.round((float) size / patch)) * patch;
    }

    private List<Path> samples() {
        Path home = Path.of(System.getProperty("dino4j.home", "."));
        for (Path folder : List.of(home.resolve("samples"), Path.of("samples"), Path.of("..", "samples"))) {
            if (Files.isDirectory(folder)) {
                return ImageFolder.of(folder);
            }
        }
        throw console.usage("the sample photos are not here (no folder 'samples'); name photos of your own: dino4j demo"
                + " photos/");
    }
}
