package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The model of a command that cannot do without. */
final class ModelOptions {
    @Option(
            names = {"-m", "--model-file"},
            required = true,
            paramLabel = "PATH",
            description = "Checkpoint: .pth, .safetensors, or a folder with config.json; or random:SEED, a small model"
                    + " that runs and knows nothing.")
    private String file = "";

    @Mixin
    private LoadingOptions loading = new LoadingOptions();

    /** Loads the model; images are prepared as the options say. Both are told on stderr. */
    Dino load(ImageOptions images, Console console) {
        Dino dino = load(console);
        try {
            return images.prepare(dino, console);
        } catch (RuntimeException e) {
            dino.close();
            throw e;
        }
    }

    /** Loads the model and tells it on stderr. */
    Dino load(Console console) {
        if (!file.startsWith(RandomModel.PREFIX)) {
            return loading.load(Path.of(file), console);
        }
        loading.requireNoFile(console);
        long seed = RandomModel.seed(file);
        loading.applyThreads();
        return loading.introduce(RandomModel.load(seed, loading.options().precision()), console);
    }
}
