package io.github.dino4j.cli;

import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Photos one after the other; one that cannot be read is told and left out. */
final class Photos {
    private final List<Path> paths;
    private final ImageDecoder decoder;
    private final List<ImageException> unreadable = new ArrayList<>();
    private final List<Path> left = new ArrayList<>();

    Photos(List<Path> paths, ImageDecoder decoder) {
        this.paths = paths;
        this.decoder = decoder;
    }

    /** What is done with a photo. */
    interface Work {
        void on(int image, Path path, RgbImage photo) throws IOException;
    }

    void each(Console console, Work work) throws IOException {
        try (Progress progress = new Progress(console)) {
            if (paths.size() > 1) {
                progress.begins(paths.size(), 0);
            }
            for (int i = 0; i < paths.size(); i++) {
                Path path = paths.get(i);
                RgbImage photo = null;
                try {
                    photo = decoder.read(path);
                } catch (ImageException e) {
                    unreadable.add(e);
                    left.add(path);
                }
                if (photo != null) {
                    one(i, path, photo, work);
                }
                progress.step();
            }
        }
        unreadable.forEach(e -> console.err().println("unreadable: " + e.getMessage()));
    }

    /** A predictor does not know the file's name. */
    private static void one(int image, Path path, RgbImage photo, Work work) throws IOException {
        try {
            work.on(image, path, photo);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    /** For JSON. */
    List<Map<String, String>> failed() {
        List<Map<String, String>> failed = new ArrayList<>();
        for (int i = 0; i < left.size(); i++) {
            failed.add(Map.of(
                    "path",
                    left.get(i).toString(),
                    "reason",
                    String.valueOf(unreadable.get(i).getMessage())));
        }
        return failed;
    }

    int exitCode(boolean skipUnreadable, Console console) {
        if (left.size() == paths.size()) {
            console.err().println("dino4j: no image could be read, nothing was written");
            return ExitCode.FAILURE;
        }
        return left.isEmpty() || skipUnreadable ? ExitCode.OK : ExitCode.UNREADABLE;
    }
}
