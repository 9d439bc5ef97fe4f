package io.github.dino4j.cli;

import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.NotFiniteException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Photos one after the other; one that cannot be read, or that the work refuses, is told and left out. */
final class Photos {
    private final List<Path> paths;
    private final ImageDecoder decoder;
    private final List<Left> left = new ArrayList<>();

    Photos(List<Path> paths, ImageDecoder decoder) {
        this.paths = paths;
        this.decoder = decoder;
    }

    /** What is done with a photo; an {@link IllegalArgumentException} refuses this one and no other. */
    interface Work {
        void on(int image, Path path, RgbImage photo) throws IOException;
    }

    /** A photo without a result. */
    private record Left(Path path, String kind, String reason) {}

    void each(Console console, Work work) throws IOException {
        try (Progress progress = new Progress(console)) {
            if (paths.size() > 1) {
                progress.begins(paths.size(), 0);
            }
            for (int i = 0; i < paths.size(); i++) {
                one(i, paths.get(i), work);
                progress.step();
            }
        }
        left.forEach(photo -> console.err().println(photo.kind + ": " + photo.reason));
    }

    /** A predictor does not know the file's name; a decoder does. */
    private void one(int image, Path path, Work work) throws IOException {
        try {
            work.on(image, path, decoder.read(path));
        } catch (ImageException e) {
            left.add(new Left(path, "unreadable", String.valueOf(e.getMessage())));
        } catch (IllegalArgumentException e) {
            left.add(new Left(path, "refused", path + ": " + e.getMessage()));
        } catch (NotFiniteException e) {
            throw new NotFiniteException(path + ": " + e.getMessage(), e);
        }
    }

    /** For JSON. */
    List<Map<String, String>> failed() {
        List<Map<String, String>> failed = new ArrayList<>();
        for (Left photo : left) {
            Map<String, String> one = new LinkedHashMap<>();
            one.put("path", photo.path.toString());
            one.put("reason", photo.reason);
            failed.add(one);
        }
        return failed;
    }

    int exitCode(boolean skipUnreadable, Console console) {
        if (left.size() == paths.size()) {
            boolean read = left.stream().anyMatch(photo -> photo.kind.equals("refused"));
            console.err().println("dino4j: no image could be " + (read ? "used" : "read") + ", nothing was written");
            return ExitCode.FAILURE;
        }
        return left.isEmpty() || skipUnreadable ? ExitCode.OK : ExitCode.UNREADABLE;
    }
}
