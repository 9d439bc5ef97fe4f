package io.github.dino4j.cli;

import io.github.dino4j.image.RgbImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Files that a command writes: complete or not at all. */
final class Output {
    private Output() {}

    static void text(Path file, String text) throws IOException {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid());
        try {
            Files.writeString(temporary, text, StandardCharsets.UTF_8);
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(file, e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    static void png(Path file, RgbImage picture) throws IOException {
        try {
            picture.writePng(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Writes a file by itself. */
    interface Writing {
        void to(Path file) throws IOException;
    }

    /** Lets a result write itself; returns the file. */
    static Path written(Path file, Writing writing) throws IOException {
        try {
            writing.to(file);
        } catch (IOException e) {
            throw e.getMessage() != null && e.getMessage().startsWith(file + ": ") ? e : unwritable(file, e);
        }
        return file;
    }

    /** Makes a folder, and those above it. */
    static Path folder(Path folder) throws IOException {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    /** Fails before any work if the file's folder is not there. */
    static void checkFile(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException(
                    file + ": cannot be written, there is no folder '" + folder + "'. Make it, or choose another.");
        }
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": is a folder, the name of a file was wanted.");
        }
    }

    /** A name for each image without its ending; a number is added where two would be the same. */
    static List<String> names(List<Path> images) {
        Set<String> taken = new HashSet<>();
        return images.stream()
                .map(image -> {
                    String file = String.valueOf(image.getFileName());
                    String stem = file.contains(".") ? file.substring(0, file.lastIndexOf('.')) : file;
                    String name = stem;
                    for (int i = 2; !taken.add(name); i++) {
                        name = stem + "-" + i;
                    }
                    return name;
                })
                .toList();
    }

    private static IOException unwritable(Path file, IOException e) {
        String reason = e instanceof java.nio.file.FileSystemException f && f.getReason() != null
                ? f.getReason()
                : e instanceof java.nio.file.AccessDeniedException
                        ? "permission denied"
                        : String.valueOf(e.getMessage());
        return new IOException(
                file + ": cannot be written: " + reason
                        + ". Nothing was left behind; choose another place with --output, or free some space.",
                e);
    }
}
