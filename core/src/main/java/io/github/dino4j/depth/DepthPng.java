package io.github.dino4j.depth;

import io.github.dino4j.export.Atomically;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferUShort;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Depth as depth cameras store it: 16-bit grey PNG, whole units, 0 for none. */
final class DepthPng {
    private static final int LARGEST = 0xffff;

    private DepthPng() {}

    static void write(Path file, DepthMap map, double metresPerUnit) throws IOException {
        requireUnit(metresPerUnit);
        float[] metres = map.values();
        requireFits(file, map, metresPerUnit);
        BufferedImage image = new BufferedImage(map.width(), map.height(), BufferedImage.TYPE_USHORT_GRAY);
        short[] units = ((DataBufferUShort) image.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < units.length; i++) {
            long unit = Math.round(metres[i] / metresPerUnit);
            units[i] = (short) (unit == 0 && metres[i] > 0 ? 1 : unit); // 0 would say that there is nothing
        }
        Explained.write(
                file,
                () -> Atomically.write(file, temporary -> {
                    try (OutputStream out = Files.newOutputStream(
                                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                            MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
                        if (!ImageIO.write(image, "png", stream)) {
                            throw new IOException("this Java runtime has no PNG writer");
                        }
                    }
                }));
    }

    static void requireUnit(double metresPerUnit) {
        if (!(metresPerUnit > 0) || Double.isInfinite(metresPerUnit)) {
            throw new IllegalArgumentException(
                    "a unit is a number of metres above 0, found " + metresPerUnit + "; take 0.001 for millimetres");
        }
    }

    private static void requireFits(Path file, DepthMap map, double metresPerUnit) {
        int over = 0;
        int negative = 0;
        for (float value : map.values()) {
            over += Math.round(value / metresPerUnit) > LARGEST ? 1 : 0;
            negative += value < 0 ? 1 : 0;
        }
        if (negative > 0) {
            throw new IllegalArgumentException(
                    file + ": " + negative + " of " + map.values().length + " values are below 0, the least is "
                            + map.min() + " m; a 16-bit PNG holds none below 0: write .npy or TIFF");
        }
        if (over > 0) {
            throw new IllegalArgumentException(file + ": " + over + " of " + map.values().length + " values are above "
                    + new BigDecimal(LARGEST * metresPerUnit)
                            .round(new MathContext(5))
                            .stripTrailingZeros()
                            .toPlainString()
                    + " m, the greatest is " + map.max() + " m; a 16-bit PNG holds them in units of "
                    + fitting(map.max()) + " m, or write .npy or TIFF");
        }
    }

    /** The least unit of the form 1, 2 or 5 times a power of ten in which the value fits. */
    private static String fitting(float greatest) {
        double least = greatest / (double) LARGEST;
        BigDecimal power = BigDecimal.ONE.scaleByPowerOfTen((int) Math.floor(Math.log10(least)));
        for (int digit : new int[] {1, 2, 5, 10, 20}) {
            BigDecimal unit = power.multiply(BigDecimal.valueOf(digit));
            if (unit.doubleValue() >= least) {
                return unit.stripTrailingZeros().toPlainString();
            }
        }
        return new BigDecimal(least).round(new MathContext(2, RoundingMode.UP)).toPlainString();
    }
}
