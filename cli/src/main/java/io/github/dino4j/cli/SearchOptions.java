package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.retrieve.FeatureSpace;
import io.github.dino4j.retrieve.ImageIndex;
import io.github.dino4j.retrieve.RetrievalException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An index and the model that built it. */
final class SearchOptions {
    /** Keys of what 'dino4j index' notes in the index. */
    static final String PHOTOS = "photos";

    static final String MODEL = "model-file";
    static final String ADAPTER = "adapter";

    @Option(
            names = {"-m", "--model-file"},
            paramLabel = "PATH",
            description =
                    "The checkpoint that built the index, where it lies elsewhere now (default: as the index notes).")
    private Optional<String> file = Optional.empty();

    @Option(names = "--adapter", paramLabel = "FILE", description = "The same of its LoRA adapter.")
    private Optional<Path> adapter = Optional.empty();

    @Mixin
    private LoadingOptions loading = new LoadingOptions();

    /** Loads the model; that it is the one of the index, the search itself checks. */
    Dino load(ImageIndex index, Console console) {
        Map<String, String> notes = index.options().notes();
        String noted = notes.get(MODEL);
        if (file.isEmpty() && noted == null) {
            throw new RetrievalException(
                    index.folder() + ": does not tell which checkpoint built it; name it with -m PATH.");
        }
        return ModelOptions.load(
                file.orElse(String.valueOf(noted)),
                adapter.or(() -> Optional.ofNullable(file.isEmpty() ? notes.get(ADAPTER) : null)
                        .map(Path::of)),
                loading,
                console);
    }

    /** The folder whose photos an index has. */
    static Path photos(ImageIndex index) {
        return Path.of(index.options().notes().getOrDefault(PHOTOS, ""));
    }

    static String root(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    /** A checkpoint as it can be found from any folder. */
    static String source(String file) {
        return file.startsWith(RandomModel.PREFIX) ? file : root(Path.of(file));
    }

    /** What a result of an index depends on. */
    static Map<String, Object> protocol(ImageIndex index) {
        Map<String, Object> protocol = new LinkedHashMap<>();
        FeatureSpace space = index.spaces().whole();
        protocol.put("similarity", "cosine");
        protocol.put("space", space.name());
        protocol.put("dim", space.dim());
        index.options().reduced().ifPresent(dim -> protocol.put("reduced", dim));
        protocol.put("storage", index.options().storage().name().toLowerCase(Locale.ROOT));
        protocol.put("connections", index.options().connections());
        protocol.put("beam", index.options().beam());
        protocol.put("settings", space.settings());
        return protocol;
    }
}
