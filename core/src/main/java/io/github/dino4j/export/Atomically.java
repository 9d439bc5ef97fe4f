package io.github.dino4j.export;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Writes into a temporary neighbour and renames it, so that a file is there whole or not at all. */
public final class Atomically {
    private Atomically() {}

    /** Fills a new file, or an empty folder. */
    public interface Body {
        void write(Path temporary) throws IOException;
    }

    /** Writes one file; {@code body} gets the path to fill. */
    public static void write(Path file, Body body) throws IOException {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            body.write(temporary);
            move(temporary, target);
        } finally {
            Files.deleteIfExists(temporary); // gone after the rename
        }
    }

    /**
     * Writes a file that may have companions beside it, such as the values that its format keeps apart. {@code body}
     * fills a temporary folder with all of them under their last names. The file itself is renamed last, and an older
     * one is taken away before its companions change, so that it is never there with those of another.
     *
     * @return what was written, {@code file} first
     */
    public static List<Path> writeWithCompanions(Path file, Body body) throws IOException {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        List<Path> companions = new ArrayList<>();
        Files.createDirectory(temporary);
        try {
            body.write(temporary);
            Path made = temporary.resolve(String.valueOf(target.getFileName()));
            for (Path other : list(temporary)) {
                if (!other.equals(made)) {
                    Files.deleteIfExists(target);
                    Path companion = target.resolveSibling(String.valueOf(other.getFileName()));
                    move(other, companion);
                    companions.add(companion);
                }
            }
            move(made, target);
        } catch (IOException | RuntimeException | Error e) {
            for (Path companion : companions) {
                Files.deleteIfExists(companion);
            }
            throw e;
        } finally {
            for (Path left : list(temporary)) {
                Files.deleteIfExists(left);
            }
            Files.deleteIfExists(temporary);
        }
        List<Path> written = new ArrayList<>(List.of(file));
        companions.forEach(companion -> written.add(file.resolveSibling(String.valueOf(companion.getFileName()))));
        return written;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
