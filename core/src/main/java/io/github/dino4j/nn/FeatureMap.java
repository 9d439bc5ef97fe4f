package io.github.dino4j.nn;

import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Tiles;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A map of B images, pixel by pixel ("channels last"): what linears and norms read, and convolutions as well.
 *
 * @param rows the pixels [B height width, C], line by line
 */
public record FeatureMap(Tensor rows, long batch, long height, long width) {
    /** Fewest and most pixels of a band, for the reasons of {@link Crops}. */
    private static final long SMALL_BAND = 32;

    private static final long BAND = 128;

    /** The map of an image [B, C, H, W]; without a copy where its memory has channels last. */
    static FeatureMap of(Tensor image) {
        Tensor rows = image.permute(0, 2, 3, 1).reshape(-1, image.size(1));
        return new FeatureMap(rows, image.size(0), image.size(2), image.size(3));
    }

    /** Runs {@code body} in a scope of its own and keeps the rows of its map in the enclosing scope. */
    public static FeatureMap tidy(Supplier<FeatureMap> body) {
        try (Scope scope = Scope.open()) {
            FeatureMap map = body.get();
            scope.keep(map.rows);
            return map;
        }
    }

    /** The same pixels with other values [B height width, C']. */
    public FeatureMap with(Tensor other) {
        return new FeatureMap(other, batch, height, width);
    }

    /** [B, height width, C], without a copy. */
    public Tensor tokens() {
        return rows.reshape(batch, height * width, rows.size(1));
    }

    /** [B, C, height, width], without a copy: the memory has channels last. */
    public Tensor image() {
        return rows.reshape(batch, height, width, rows.size(1)).permute(0, 3, 1, 2);
    }

    /** The map [height width, C] of one image, without a copy. */
    Tensor image(long index) {
        return rows.narrow(0, index * height * width, height * width);
    }

    /** All lines in bands. */
    List<Band> bands() {
        return Band.cut(batch, height, width);
    }

    /**
     * Lines of one image that are worked on together.
     *
     * @param rows where their pixels stand in the map
     */
    record Band(long image, long first, long lines, Tiles.Range rows) {
        /** Cuts maps into bands, by the size of an image and the number of threads and never by the batch. */
        static List<Band> cut(long batch, long height, long width) {
            long pixels = Math.max(SMALL_BAND, Math.min(BAND, height * width / (2L * Engine.threads())));
            long count = Math.min(height, Math.max(1, Math.round((double) height * width / pixels)));
            List<Band> bands = new ArrayList<>();
            for (long image = 0; image < batch; image++) {
                for (long i = 0; i < count; i++) {
                    long first = i * height / count;
                    long lines = (i + 1) * height / count - first;
                    bands.add(new Band(
                            image, first, lines, new Tiles.Range((image * height + first) * width, lines * width)));
                }
            }
            return bands;
        }

        static List<Tiles.Range> ranges(List<Band> bands) {
            return bands.stream().map(Band::rows).toList();
        }
    }
}
