package io.github.dino4j.weights;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tensors of a file or folder under the names they have there, and the config files that lie beside them.
 *
 * @param names of file and folder, which may name the data set
 */
record Source(
        StateDict tensors,
        Container container,
        Optional<String> topLevel,
        Map<String, String> metadata,
        Optional<Path> config,
        Optional<Path> preprocessor,
        List<String> names) {

    /** Files that hold the model of a repository, the best first. */
    private static final List<String> MODEL_FILES = List.of(
            "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json");

    private static final List<String> PREFERRED_KEYS = List.of("teacher", "model_ema", "model", "module", "state_dict");

    static Source open(Path path, Checkpoints.Options options) {
        if (!Files.exists(path)) {
            throw new CheckpointException(path + ": does not exist. Give a checkpoint file or a folder with one.");
        }
        Path file = Files.isDirectory(path) ? fileOf(path) : path;
        Source source = openFile(file, options);
        List<String> names = names(file);
        boolean standard = MODEL_FILES.contains(nameOf(file)) || Files.isDirectory(path);
        return new Source(
                source.tensors(),
                source.container(),
                source.topLevel(),
                source.metadata(),
                beside(file, "config.json", standard),
                beside(file, "preprocessor_config.json", standard),
                names);
    }

    /**
     * What may name the model: the file, its folder, and the repository of a Hugging Face cache ({@code
     * models--org--name/snapshots/hash/file}). Folders further up are the user's and say nothing.
     */
    private static List<String> names(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        List<String> names = new ArrayList<>(List.of(nameOf(absolute)));
        Path folder = absolute.getParent();
        if (folder != null && folder.getFileName() != null) {
            names.add(nameOf(folder));
        }
        for (Path part : absolute) {
            if (part.toString().startsWith("models--")) {
                names.add(part.toString());
            }
        }
        return names;
    }

    private static Source openFile(Path file, Checkpoints.Options options) {
        FileKind kind = kind(file);
        if (kind == FileKind.JSON) {
            return shards(file, options);
        } else if (kind == FileKind.ZIP || kind == FileKind.LEGACY_TORCH) {
            TorchCheckpoint torch = TorchCheckpoint.open(file);
            Container container = torch.isZip() ? Container.TORCH_ZIP : Container.TORCH_LEGACY;
            return unwrapped(file, torch.root(), container, options);
        } else if (kind == FileKind.SAFETENSORS
                || (kind == FileKind.UNKNOWN && nameOf(file).endsWith(".safetensors"))) {
            return flat(file, Safetensors.open(file), Container.SAFETENSORS, Safetensors.metadata(file), options);
        }
        throw wrongKind(file);
    }

    private static Source shards(Path index, Checkpoints.Options options) {
        Shards shards = Shards.open(index);
        return flat(index, shards.tensors(), shards.container(), Map.of(), options);
    }

    // Which dict of a saved tree, which names of a flat file

    private static Source unwrapped(Path file, Object root, Container container, Checkpoints.Options options) {
        if (!(root instanceof Map<?, ?>)) {
            throw new CheckpointException(file + ": holds "
                    + (root instanceof StoredTensor ? "a single tensor" : "no dict")
                    + ", expected a state dict. Save it with torch.save(model.state_dict(), ...).");
        }
        Object node = root;
        List<String> path = new ArrayList<>();
        if (options.topLevel().isPresent()) {
            String key = options.topLevel().get();
            node = entry(node, key)
                    .orElseThrow(() -> new CheckpointException(
                            file + ": has no dict '" + key + "', only " + dicts(root) + ". Choose one of these."));
            path.add(key);
        }
        for (Optional<String> key = preferred(node); key.isPresent(); key = preferred(node)) {
            path.add(key.get());
            node = entry(node, key.get()).orElseThrow();
        }
        StateDict tensors = TorchCheckpoint.tensorsOf(node);
        if (tensors.isEmpty()) {
            throw new CheckpointException(file + ": holds no tensors at "
                    + (path.isEmpty() ? "its top level" : "'" + String.join(".", path) + "'") + ", only the entries "
                    + dicts(node) + ". Choose one by its key (top level), or save the state_dict alone.");
        }
        Optional<String> taken = path.isEmpty() ? Optional.empty() : Optional.of(String.join(".", path));
        return of(tensors, container, taken, Map.of());
    }

    private static Source flat(
            Path file,
            StateDict tensors,
            Container container,
            Map<String, String> metadata,
            Checkpoints.Options options) {
        if (options.topLevel().isEmpty()) {
            return of(tensors, container, Optional.empty(), metadata);
        }
        String key = options.topLevel().get();
        StateDict inside = tensors.under(key + ".");
        if (inside.isEmpty()) {
            throw new CheckpointException(
                    file + ": no tensor's name begins with '" + key + ".'; they are " + tensors.firstNames(8) + ".");
        }
        return of(inside, container, Optional.of(key), metadata);
    }

    private static Source of(
            StateDict tensors, Container container, Optional<String> topLevel, Map<String, String> metadata) {
        return new Source(tensors, container, topLevel, metadata, Optional.empty(), Optional.empty(), List.of());
    }

    private static Optional<String> preferred(Object node) {
        return PREFERRED_KEYS.stream()
                .filter(key -> entry(node, key).isPresent())
                .findFirst();
    }

    private static Optional<Object> entry(Object node, String key) {
        return node instanceof Map<?, ?> map && map.get(key) instanceof Map<?, ?> inside
                ? Optional.of(inside)
                : Optional.empty();
    }

    private static String dicts(Object node) {
        List<String> keys = new ArrayList<>();
        if (node instanceof Map<?, ?> map) {
            map.keySet().forEach(key -> keys.add(String.valueOf(key)));
        }
        return StateDict.quoted(keys, 10);
    }

    // Files

    private static Path fileOf(Path folder) {
        for (String name : MODEL_FILES) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        List<Path> candidates;
        try (Stream<Path> files = Files.list(folder)) {
            candidates = files.filter(
                            file -> nameOf(file).matches(".*\\.(safetensors|pth|pt|bin|safetensors\\.index\\.json)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new CheckpointException(folder + ": cannot be listed: " + e, e);
        }
        if (candidates.size() == 1) {
            return candidates.get(0);
        }
        if (candidates.isEmpty()) {
            throw new CheckpointException(folder + ": holds no checkpoint. Expected one of " + MODEL_FILES
                    + " or a single .safetensors or .pth file.");
        }
        throw new CheckpointException(folder + ": holds several checkpoints: "
                + StateDict.quoted(candidates.stream().map(Source::nameOf).toList(), 8) + ". Give one of these files.");
    }

    /** "vits.config.json" beside "vits.safetensors"; in a repository also "config.json". */
    private static Optional<Path> beside(Path file, String name, boolean standard) {
        String stem = nameOf(file).replaceFirst("(\\.index)?\\.[^.]*$", "");
        List<Path> places = new ArrayList<>(List.of(file.resolveSibling(stem + "." + name)));
        if (standard) {
            places.add(file.resolveSibling(name));
        }
        return places.stream().filter(Files::exists).findFirst();
    }

    private static FileKind kind(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return FileKind.of(file, in);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + e, e);
        }
    }

    private static CheckpointException wrongKind(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return FileKind.notA("checkpoint", file, in);
        } catch (IOException e) {
            return new CheckpointException(file + ": cannot be read: " + e, e);
        }
    }

    private static String nameOf(Path path) {
        return String.valueOf(path.getFileName());
    }
}
