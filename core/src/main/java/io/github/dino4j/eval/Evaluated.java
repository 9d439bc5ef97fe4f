package io.github.dino4j.eval;

import io.github.dino4j.data.BadFile;
import java.util.List;

/**
 * The images behind a result.
 *
 * @param name of the data set
 * @param images that were evaluated
 * @param skipped photos that could not be read and were left out
 */
public record Evaluated(String name, int images, List<BadFile> skipped) {
    public Evaluated {
        skipped = List.copyOf(skipped);
    }
}
