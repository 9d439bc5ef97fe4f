package io.github.dino4j.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Turns what a user types into a list of image files.
 *
 * <p>An argument is a file; a folder, searched to its depth for the {@link #EXTENSIONS}; a pattern such as {@code
 * photos/&#42;&#42;/&#42;.jpg}; or a text list, {@code @list.txt} or {@code list.txt}, with one path a line, relative to the list,
 * blank lines and lines that begin with {@code #} left out. Hidden files and folders are skipped unless named.
 *
 * <p>The order is that of the arguments and of the lines of a list; inside a folder or pattern it is that of the path's text,
 * so that it is the same on every machine. A file that is met again is left out.
 */
public final class ImageFolder {
    /** Endings, in lower case, that a folder is searched for. */
    public static final Set<String> EXTENSIONS =
            Set.of("jpg", "jpeg", "jpe", "jfif", "png", "webp", "tif", "tiff", "bmp", "gif");

    private static final Comparator<Path> BY_TEXT = Comparator.comparing(ImageFolder::slashes);

    private final Map<Path, Path> found = new LinkedHashMap<>(); // absolute path -> path as given

    private ImageFolder() {}

    /**
     * Expands arguments, see above.
     *
     * @throws ImageException if an argument does not exist, a list names a missing file, or nothing is found
     */
    public static List<Path> expand(List<String> arguments) {
        ImageFolder folder = new ImageFolder();
        for (String argument : arguments) {
            folder.argument(argument);
        }
        if (folder.found.isEmpty()) {
            throw new ImageException(
                    "no image found in " + arguments + "; wanted a file, a folder with files ending in "
                            + EXTENSIONS.stream().sorted().toList()
                            + ", a pattern such as 'photos/**/*.jpg', or a list @list.txt");
        }
        return List.copyOf(folder.found.values());
    }

    /** All images in one folder and below it. */
    public static List<Path> of(Path folder) {
        return expand(List.of(folder.toString()));
    }

    private void argument(String argument) {
        try {
            if (argument.startsWith("@") && !Files.exists(Path.of(argument))) {
                list(Path.of(argument.substring(1)));
                return;
            }
            if (isPattern(argument) && !exists(argument)) {
                pattern(argument);
                return;
            }
            Path path = Path.of(argument);
            if (Files.isDirectory(path)) {
                walk(path, file -> hasImageExtension(file)).forEach(this::add);
            } else if (!Files.exists(path)) {
                throw new ImageException("'" + argument + "': no such file or folder. Check the path.");
            } else if (extension(path).equals("txt")) {
                list(path);
            } else {
                add(path);
            }
        } catch (InvalidPathException e) {
            throw new ImageException("'" + argument + "' is no path: " + e.getReason(), e);
        } catch (IOException e) {
            throw new ImageException("'" + argument + "' cannot be listed: " + e.getMessage(), e);
        }
    }

    private void add(Path path) {
        found.putIfAbsent(path.toAbsolutePath().normalize(), path);
    }

    private void list(Path list) throws IOException {
        if (!Files.isRegularFile(list)) {
            throw new ImageException("'" + list + "': no such list. It is a text file with one image path a line.");
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(list);
        } catch (MalformedInputException e) {
            throw new ImageException("'" + list + "' is no UTF-8 text, a list of image paths was wanted.", e);
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (i == 0 && line.startsWith("\ufeff")) {
                line = line.substring(1);
            }
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Path path;
            try {
                path = list.resolveSibling(line);
            } catch (InvalidPathException e) {
                throw new ImageException(
                        list + ", line " + (i + 1) + ": '" + line + "' is no path: " + e.getReason(), e);
            }
            if (!Files.isRegularFile(path)) {
                throw new ImageException(list + ", line " + (i + 1) + ": no file '" + path
                        + "'. Paths are relative to the list; remove the line or put '#' before it.");
            }
            add(path);
        }
    }

    private void pattern(String argument) throws IOException {
        String text = argument.replace('\\', '/');
        int wild = 0;
        while (!isPattern(text.substring(0, wild + 1))) {
            wild++;
        }
        int slash = text.lastIndexOf('/', wild);
        String base = slash < 0 ? "" : slash == 0 ? "/" : text.substring(0, slash);
        Path folder = Path.of(base);
        if (!Files.isDirectory(folder)) {
            throw new ImageException("'" + argument + "': there is no folder '" + folder + "'.");
        }
        Glob glob = new Glob(text.substring(slash + 1));
        boolean anyEnding = text.endsWith("*");
        Predicate<Path> wanted =
                file -> glob.matches(slashes(folder.relativize(file))) && (!anyEnding || hasImageExtension(file));
        List<Path> files = walk(folder, wanted);
        if (files.isEmpty()) {
            throw new ImageException("'" + argument + "' matches no image; '**/' stands for any depth of folders.");
        }
        files.forEach(this::add);
    }

    private static List<Path> walk(Path folder, Predicate<Path> wanted) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(
                folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                        return directory.equals(folder) || !hidden(directory)
                                ? FileVisitResult.CONTINUE
                                : FileVisitResult.SKIP_SUBTREE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (attributes.isRegularFile() && !hidden(file) && wanted.test(file)) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException error) throws IOException {
                        if (file.equals(folder)) {
                            throw error;
                        }
                        return FileVisitResult.CONTINUE; // a broken link, a ring of links, a folder of somebody else
                    }
                });
        files.sort(BY_TEXT);
        return files;
    }

    private static boolean hidden(Path path) {
        Path name = path.getFileName();
        try {
            return (name != null && name.toString().startsWith(".")) || Files.isHidden(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasImageExtension(Path file) {
        return EXTENSIONS.contains(extension(file));
    }

    private static String extension(Path file) {
        Path name = file.getFileName();
        String text = name == null ? "" : name.toString();
        return text.substring(text.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static String slashes(Path path) {
        return path.toString().replace('\\', '/');
    }

    private static boolean isPattern(String text) {
        return text.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '{');
    }

    private static boolean exists(String argument) {
        try {
            return Files.exists(Path.of(argument));
        } catch (InvalidPathException e) {
            return false; // Windows allows neither * nor ? in a name
        }
    }
}
