package io.github.dino4j.augment;

import io.github.dino4j.image.DepthFrame;
import java.util.Arrays;

/** A rectangle cut out of a picture, which it may leave on any side. */
record Window(int x, int y, int width, int height, int fromWidth, int fromHeight) {

    /** The columns [left, right) and rows [top, bottom) of the window that lie on the picture. */
    private int left() {
        return Math.min(Math.max(0, -x), width);
    }

    private int right() {
        return Math.max(left(), Math.min(width, fromWidth - x));
    }

    private int top() {
        return Math.min(Math.max(0, -y), height);
    }

    private int bottom() {
        return Math.max(top(), Math.min(height, fromHeight - y));
    }

    private void copy(Object from, Object to, int channels) {
        int count = channels * (right() - left());
        for (int row = top(); count > 0 && row < bottom(); row++) {
            System.arraycopy(
                    from,
                    channels * ((y + row) * fromWidth + x + left()),
                    to,
                    channels * (row * width + left()),
                    count);
        }
    }

    byte[] photo(byte[] rgb) {
        byte[] to = new byte[3 * Math.multiplyExact(width, height)];
        copy(rgb, to, 3);
        return to;
    }

    int[] labels(int[] labels, int outside) {
        int[] to = new int[width * height];
        Arrays.fill(to, outside);
        copy(labels, to, 1);
        return to;
    }

    DepthFrame depth(DepthFrame frame) {
        float[] to = new float[width * height];
        copy(frame.metres(), to, 1);
        return DepthFrame.of(width, height, to);
    }

    static byte[] mirrored(byte[] rgb, int width, int height) {
        byte[] to = new byte[rgb.length];
        for (int y = 0; y < height; y++) {
            int f = 3 * y * width;
            for (int t = f + 3 * (width - 1); t >= 3 * y * width; t -= 3, f += 3) {
                to[t] = rgb[f];
                to[t + 1] = rgb[f + 1];
                to[t + 2] = rgb[f + 2];
            }
        }
        return to;
    }
}
