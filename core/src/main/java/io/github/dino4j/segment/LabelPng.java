package io.github.dino4j.segment;

import io.github.dino4j.export.Atomically;
import io.github.dino4j.predict.ClassList;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Labels as a PNG: 8 bits with the classes' colours as palette, or 16 bits grey where they are too many. */
final class LabelPng {
    private LabelPng() {}

    static void write(Path file, int width, int height, short[] labels, ClassList classes) throws IOException {
        boolean holes = false;
        for (short label : labels) {
            holes |= label == SegmentMap.NONE;
        }
        int largest = holes ? none(classes) : classes.size() - 1;
        BufferedImage image =
                largest <= 0xff ? indexed(width, height, labels, classes) : grey(width, height, labels, classes);
        Atomically.write(file, temporary -> {
            try (OutputStream out = Files.newOutputStream(temporary);
                    MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
                if (!ImageIO.write(image, "png", stream)) {
                    throw new IOException(file + ": this Java runtime has no PNG writer");
                }
            }
        });
    }

    /** What stands for "no class": the label that the class list ignores, where that is no class itself. */
    private static int none(ClassList classes) {
        int ignored = classes.ignored().orElse(-1);
        if (ignored >= classes.size() && ignored <= 0xffff) {
            return ignored;
        }
        return classes.size() <= 0xff ? 0xff : 0xffff;
    }

    /** All 256 entries are given: a shorter palette would be packed into fewer bits, and 255 would not fit. */
    private static BufferedImage indexed(int width, int height, short[] labels, ClassList classes) {
        int[] palette = new int[256];
        for (int k = 0; k < classes.size(); k++) {
            palette[k] = classes.colourOf(k);
        }
        IndexColorModel colours = new IndexColorModel(8, 256, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, colours);
        int none = none(classes);
        byte[] data = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < labels.length; i++) {
            data[i] = (byte) (labels[i] == SegmentMap.NONE ? none : labels[i]);
        }
        return image;
    }

    private static BufferedImage grey(int width, int height, short[] labels, ClassList classes) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_USHORT_GRAY);
        short[] data = ((DataBufferUShort) image.getRaster().getDataBuffer()).getData();
        int none = none(classes);
        for (int i = 0; i < labels.length; i++) {
            data[i] = (short) (labels[i] == SegmentMap.NONE ? none : labels[i]);
        }
        return image;
    }
}
