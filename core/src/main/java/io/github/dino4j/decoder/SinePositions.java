package io.github.dino4j.decoder;

import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * Sine embedding of the places of a map (DETR, arXiv:2005.12872, appendix, after "Attention Is All You Need",
 * arXiv:1706.03762): the row's number, then the column's, each as F sines and cosines whose periods grow geometrically.
 *
 * <p>Places are counted from 1 and divided by the last one's number, times 2 pi, so that maps of all sizes share one
 * range. Of channel k, an even one is the sine, an odd one the cosine of {@code place / 10000^(2 (k / 2) / F)}. No
 * weights. Immutable.
 */
public final class SinePositions {
    private static final double TEMPERATURE = 10_000;
    private static final float EPS = 1e-6f;
    private static final float TURN = (float) (2 * Math.PI);

    private final Parameters view;
    private final int features;
    private final float shift;

    /**
     * @param view may remember tables of the sizes seen
     * @param features F, channels an axis; even
     * @param shift taken off the place's number: 0 in Mask2Former's decoders, 0.5 (pixel centres) in the detector
     */
    public SinePositions(Parameters view, int features, double shift) {
        if (features < 2 || features % 2 != 0) {
            throw new IllegalArgumentException(
                    "a sine and a cosine share a period, so the channels of an axis are even," + " not " + features
                            + "; use a width that is a multiple of 4");
        }
        this.view = view;
        this.features = features;
        this.shift = (float) shift;
    }

    /** Positions [1, 2F, height, width] of a map without padding. */
    public Tensor at(int height, int width) {
        return view.table(List.of("sine", features, shift, height, width), () -> {
            Tensor rows = waves(Tensor.of(line(height), 1, height, 1)).expand(1, features, height, width);
            Tensor columns = waves(Tensor.of(line(width), 1, 1, width)).expand(1, features, height, width);
            return Tensor.cat(1, rows, columns);
        });
    }

    /** The same as a token list [1, height * width, 2F], row by row. */
    public Tensor tokens(int height, int width, Device device) {
        return at(height, width).flatten(2, 3).transpose(1, 2).to(device);
    }

    /**
     * Positions [B, 2F, H, W] where images of a batch end before the map does: only open places are counted.
     *
     * @param padding [B, H, W], BOOL, true where there is no image
     */
    public Tensor masked(Tensor padding) {
        int batch = (int) padding.size(0);
        int height = (int) padding.size(1);
        int width = (int) padding.size(2);
        float[] padded = padding.toFloats();
        float[] rows = new float[padded.length];
        float[] columns = new float[padded.length];
        for (int b = 0; b < batch; b++) {
            int image = b * height * width;
            for (int x = 0; x < width; x++) {
                count(padded, rows, image + x, width, height);
            }
            for (int y = 0; y < height; y++) {
                count(padded, columns, image + y * width, 1, width);
            }
        }
        return Tensor.cat(
                1, waves(Tensor.of(rows, batch, height, width)), waves(Tensor.of(columns, batch, height, width)));
    }

    /** Angles of the places 1 to {@code length} without padding. */
    private float[] line(int length) {
        float[] angles = new float[length];
        count(new float[length], angles, 0, 1, length);
        return angles;
    }

    /**
     * Writes the angles of one line of places, which starts at {@code first}. In float32 step by step: a line that is all
     * padding has angles of millions, whose sines depend on each rounding, and maps at half the resolution mix them in.
     */
    private void count(float[] padded, float[] angles, int first, int stride, int length) {
        int open = 0;
        for (int i = 0; i < length; i++) {
            open += padded[first + i * stride] == 0 ? 1 : 0;
            angles[first + i * stride] = open;
        }
        for (int i = 0; i < length; i++) {
            int at = first + i * stride;
            angles[at] = (angles[at] - shift) / (open + EPS) * TURN;
        }
    }

    /** Sines and cosines [B, F, h, w] of the angles [B, h, w]. */
    private Tensor waves(Tensor angles) {
        float[] periods = new float[features / 2];
        for (int i = 0; i < periods.length; i++) {
            periods[i] = (float) Math.pow(TEMPERATURE, 2.0 * i / features);
        }
        Tensor turned = angles.unsqueeze(1).div(Tensor.of(periods, 1, periods.length, 1, 1));
        Tensor pairs = Tensor.cat(2, turned.sin().unsqueeze(2), turned.cos().unsqueeze(2)); // [B, F/2, 2, h, w]
        return pairs.flatten(1, 2);
    }
}
