package io.github.dino4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Where the files of each image go: one picture, or a folder in which every image has its name. */
final class Places {
    private final Path output;
    private final boolean single;
    private final List<String> names;

    private Places(Path output, boolean single, List<String> names) {
        this.output = output;
        this.single = single;
        this.names = names;
    }

    /**
     * Fails, or makes the folder, before any work.
     *
     * @param output ends in .png for one image, else it is a folder
     */
    static Places of(Path output, List<Path> images, Console console) throws IOException {
        boolean single = output.toString().toLowerCase(Locale.ROOT).endsWith(".png");
        if (single && images.size() > 1) {
            throw console.usage("--output " + output + ": " + images.size()
                    + " images do not fit one picture. Name a folder instead; it gets a picture each.");
        }
        if (single) {
            Output.checkFile(output);
        } else {
            Output.folder(output);
        }
        return new Places(output, single, Output.names(images));
    }

    /** The picture of an image. */
    Path picture(int image) {
        return single ? output : output.resolve(names.get(image) + ".png");
    }

    /** A file beside it, by its ending. */
    Path beside(int image, String ending) {
        String file = String.valueOf(output.getFileName());
        return single
                ? output.resolveSibling(file.substring(0, file.length() - ".png".length()) + ending)
                : output.resolve(names.get(image) + ending);
    }
}
