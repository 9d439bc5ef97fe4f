package io.github.dino4j.eval;

import io.github.dino4j.depth.DepthMap;
import io.github.dino4j.depth.Quantity;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Predictor;
import io.github.dino4j.segment.SegmentMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** Data sets and predictors made up for tests. */
final class Made {
    static final ClassList THREE = ClassList.numbered(3);

    private Made() {}

    /** A photo whose red values are given, row by row. */
    static RgbImage photo(int width, int... red) {
        byte[] rgb = new byte[3 * red.length];
        for (int i = 0; i < red.length; i++) {
            rgb[3 * i] = (byte) red[i];
        }
        return RgbImage.of(width, red.length / width, rgb);
    }

    static void photo(Path folder, String name, RgbImage photo) throws IOException {
        photo.writePng(Files.createDirectories(folder).resolve(name + ".png"));
    }

    /** A mask of classes of {@link #THREE}; -1 becomes its ignored label, 255. */
    static void mask(Path folder, String name, int width, int... labels) throws IOException {
        short[] values = new short[labels.length];
        for (int i = 0; i < labels.length; i++) {
            values[i] = (short) labels[i];
        }
        SegmentMap.of(width, labels.length / width, values, new float[labels.length], THREE)
                .writeIndexedPng(Files.createDirectories(folder).resolve(name + ".png"));
    }

    /** Millimetres. */
    static void depth(Path folder, String name, int width, float... metres) throws IOException {
        DepthMap.of(Quantity.DEPTH, width, metres.length / width, metres)
                .writePng16(Files.createDirectories(folder).resolve(name + ".png"));
    }

    /** Says of each pixel that it is the class of its red value. */
    static Predictor<SegmentMap> redIsClass() {
        return predictor(photo -> {
            short[] labels = new short[photo.width() * photo.height()];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (short) (photo.rgb()[3 * i] & 0xff);
            }
            return SegmentMap.of(photo.width(), photo.height(), labels, new float[labels.length], THREE);
        });
    }

    /** Says of each pixel that it is as many metres away as its red value. */
    static Predictor<DepthMap> redIsMetres() {
        return predictor(photo -> {
            float[] metres = new float[photo.width() * photo.height()];
            for (int i = 0; i < metres.length; i++) {
                metres[i] = photo.rgb()[3 * i] & 0xff;
            }
            return DepthMap.of(Quantity.DEPTH, photo.width(), photo.height(), metres);
        });
    }

    static <R> Predictor<R> predictor(Function<RgbImage, R> predict) {
        return new Predictor<>() {
            @Override
            public R predict(RgbImage photo) {
                return predict.apply(photo);
            }

            @Override
            public void close() {}
        };
    }
}
