package io.github.dino4j.decoder;

import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Sizes of several maps whose pixels stand one after the other in one sequence of tokens, row by row. */
public record Levels(List<Size> sizes) {
    /** Rows and columns of a map. */
    public record Size(int height, int width) {
        public int pixels() {
            return height * width;
        }
    }

    public Levels {
        sizes = List.copyOf(sizes);
    }

    public static Levels of(Size... sizes) {
        return new Levels(List.of(sizes));
    }

    /** Sizes of maps [B, C, H, W]. */
    public static Levels ofMaps(List<Tensor> maps) {
        return new Levels(maps.stream()
                .map(map -> new Size((int) map.size(2), (int) map.size(3)))
                .toList());
    }

    public int count() {
        return sizes.size();
    }

    /** Length S of the sequence. */
    public int tokens() {
        return sizes.stream().mapToInt(Size::pixels).sum();
    }

    /** The maps [B, C, H, W] of these sizes as tokens [B, S, C]. */
    public static Tensor join(List<Tensor> maps) {
        return Tensor.cat(1, maps.stream().map(Levels::tokens).toList());
    }

    /** A map [B, C, H, W] as tokens [B, HW, C]. */
    public static Tensor tokens(Tensor map) {
        return map.flatten(2, 3).transpose(1, 2);
    }

    /** Tokens [B, S, C] as a map [B, C, H, W] a level; views. */
    public List<Tensor> split(Tensor tokens) {
        List<Tensor> maps = new ArrayList<>();
        long start = 0;
        for (Size size : sizes) {
            maps.add(map(tokens.narrow(1, start, size.pixels()), size));
            start += size.pixels();
        }
        return maps;
    }

    /** Tokens [B, HW, C] as a map [B, C, H, W]; a view. */
    public static Tensor map(Tensor tokens, Size size) {
        return tokens.transpose(1, 2).reshape(tokens.size(0), tokens.size(2), size.height, size.width);
    }

    /** The middle of each pixel as (x, y), each from 0 to 1 over its map: [1, S, 1, 2]. */
    public Tensor centres() {
        float[] values = new float[2 * tokens()];
        int i = 0;
        for (Size size : sizes) {
            for (int y = 0; y < size.height; y++) {
                for (int x = 0; x < size.width; x++) {
                    values[i++] = (x + 0.5f) / size.width;
                    values[i++] = (y + 0.5f) / size.height;
                }
            }
        }
        return Tensor.of(values, 1, tokens(), 1, 2);
    }

    int[] heights() {
        return sizes.stream().mapToInt(Size::height).toArray();
    }

    int[] widths() {
        return sizes.stream().mapToInt(Size::width).toArray();
    }

    /** Widths and heights [L, 1, 2], to be spread over points (x, y). */
    Tensor asTensor() {
        float[] values = new float[2 * sizes.size()];
        for (int i = 0; i < sizes.size(); i++) {
            values[2 * i] = sizes.get(i).width;
            values[2 * i + 1] = sizes.get(i).height;
        }
        return Tensor.of(values, sizes.size(), 1, 2);
    }
}
