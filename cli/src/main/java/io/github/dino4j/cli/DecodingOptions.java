package io.github.dino4j.cli;

import io.github.dino4j.image.ImageDecoder;
import picocli.CommandLine.Option;

/** How image files are read. */
final class DecodingOptions {
    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            description = "Images of more pixels are refused (default: ${DEFAULT-VALUE}).")
    private long maxPixels = ImageDecoder.DEFAULT_MAX_PIXELS;

    ImageDecoder decoder() {
        return ImageDecoder.with(ImageDecoder.Options.standard().withMaxPixels(maxPixels));
    }
}
