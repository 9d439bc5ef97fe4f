package io.github.dino4j.segment;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import java.util.List;

/** Maps and photos made up for tests. */
final class Drawn {
    static final ClassList CLASSES = new ClassList(
            "scene",
            List.of("sky", "tree", "car"),
            List.of(0x0000ff, 0x00ff00, 0xff0000),
            java.util.OptionalInt.of(255),
            false);

    private Drawn() {}

    /** Labels row by row; confidence 0.5, 0.6, ... in turn of ten. */
    static SegmentMap map(int width, int height, int... labels) {
        short[] shorts = new short[labels.length];
        float[] confidence = new float[labels.length];
        for (int i = 0; i < labels.length; i++) {
            shorts[i] = (short) labels[i];
            confidence[i] = 0.5f + i % 10 * 0.05f;
        }
        return SegmentMap.of(width, height, shorts, confidence, CLASSES);
    }

    static RgbImage grey(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        java.util.Arrays.fill(rgb, (byte) 0x80);
        return RgbImage.of(width, height, rgb);
    }

    static boolean[] mask(int width, int height, String... rows) {
        boolean[] mask = new boolean[width * height];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = rows[i / width].charAt(i % width) == '#';
        }
        return mask;
    }
}
