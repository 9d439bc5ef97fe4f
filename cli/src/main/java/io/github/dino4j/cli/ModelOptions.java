package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.lora.Lora;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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

    @Option(
            names = "--adapter",
            paramLabel = "FILE",
            description = "LoRA adapter over the backbone: of 'dino4j train', PEFT or dinov3-finetune.")
    private Optional<Path> adapter = Optional.empty();

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
        return load(file, adapter, loading, console);
    }

    /** The same for commands with a model of their own. */
    static Dino load(String file, Optional<Path> adapter, LoadingOptions loading, Console console) {
        if (adapter.isPresent() && !Files.exists(adapter.get())) {
            throw console.usage("--adapter " + adapter.get() + ": no such file. Check the path.");
        }
        Dino dino = backbone(file, loading, console);
        if (adapter.isEmpty()) {
            return dino;
        }
        try {
            Lora lora = Lora.read(adapter.get(), LinearLayers.of(dino.model().config()));
            console.note("adapter: " + lora);
            return dino.adapted(lora);
        } catch (RuntimeException e) {
            dino.close();
            throw e;
        }
    }

    /** As it was given: a path, or {@code random:SEED}. */
    String file() {
        return file;
    }

    /** The adapter over the backbone, if there is one. */
    Optional<Path> adapter() {
        return adapter;
    }

    /** The checkpoint, if it is one file with texts of its own. */
    Optional<Path> safetensors() {
        return Optional.of(file)
                .filter(name -> name.endsWith(".safetensors"))
                .map(Path::of)
                .filter(Files::isRegularFile);
    }

    private static Dino backbone(String file, LoadingOptions loading, Console console) {
        if (!file.startsWith(RandomModel.PREFIX)) {
            return loading.load(Path.of(file), console);
        }
        loading.requireNoFile(console);
        long seed = RandomModel.seed(file);
        loading.applyThreads();
        return loading.introduce(RandomModel.load(seed, loading.options().precision()), console);
    }
}
