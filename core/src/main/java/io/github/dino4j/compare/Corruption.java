package io.github.dino4j.compare;

import io.github.dino4j.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** How photos get worse, in five steps whose strengths are those of ImageNet-C (arXiv:1903.12261). */
public enum Corruption {
    /** Gaussian noise. */
    NOISE {
        @Override
        RgbImage make(RgbImage photo, int severity, SplittableRandom random) {
            double deviation = 255 * step(severity, 0.08, 0.12, 0.18, 0.26, 0.38);
            return map(photo, (level, i) -> level + deviation * random.nextGaussian());
        }
    },
    /** Gaussian blur. */
    BLUR {
        @Override
        RgbImage make(RgbImage photo, int severity, SplittableRandom random) {
            return blurred(photo, step(severity, 1, 2, 3, 4, 6));
        }
    },
    /** JPEG at a low quality. */
    JPEG {
        @Override
        RgbImage make(RgbImage photo, int severity, SplittableRandom random) {
            return jpeg(photo, (float) step(severity, 0.25, 0.18, 0.15, 0.10, 0.07));
        }
    },
    /** Clouds of white, larger and smaller ones, over the photo. */
    FOG {
        @Override
        RgbImage make(RgbImage photo, int severity, SplittableRandom random) {
            float[] fog = clouds(photo.width(), photo.height(), step(severity, 2, 2, 1.7, 1.5, 1.4), random);
            double strength = step(severity, 1.5, 2, 2.5, 2.5, 3);
            int highest = 0;
            for (byte level : photo.rgb()) {
                highest = Math.max(highest, level & 0xff);
            }
            double most = Math.max(1, highest) / 255.0;
            double scale = most / (most + strength);
            return map(photo, (level, i) -> (level + 255 * strength * fog[i / 3]) * scale);
        }
    };

    /** The worst. */
    public static final int SEVERITIES = 5;

    abstract RgbImage make(RgbImage photo, int severity, SplittableRandom random);

    /**
     * A worse photo of the same size.
     *
     * @param severity 1 to {@value #SEVERITIES}
     * @param seed of what is drawn
     */
    public RgbImage apply(RgbImage photo, int severity, long seed) {
        if (severity < 1 || severity > SEVERITIES) {
            throw new IllegalArgumentException("severities go from 1 to " + SEVERITIES + ", not " + severity);
        }
        return make(photo, severity, new SplittableRandom(seed));
    }

    private static double step(int severity, double... values) {
        return values[severity - 1];
    }

    private interface Change {
        double of(int level, int index);
    }

    private static RgbImage map(RgbImage photo, Change change) {
        byte[] from = photo.rgb();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i++) {
            to[i] = level(change.of(from[i] & 0xff, i));
        }
        return RgbImage.of(photo.width(), photo.height(), to);
    }

    private static byte level(double value) {
        return (byte) Math.round(Math.min(255, Math.max(0, value)));
    }

    private static RgbImage blurred(RgbImage photo, double sigma) {
        int reach = (int) Math.ceil(3 * sigma);
        double[] taps = new double[2 * reach + 1];
        for (int i = -reach; i <= reach; i++) {
            taps[i + reach] = Math.exp(-0.5 * i * i / (sigma * sigma));
        }
        double sum = Arrays.stream(taps).sum();
        int width = photo.width();
        int height = photo.height();
        double[] rows = new double[3 * width * height];
        byte[] result = new byte[rows.length];
        byte[] rgb = photo.rgb();
        for (int pass = 0; pass < 2; pass++) {
            boolean across = pass == 0;
            int length = across ? width : height;
            for (int i = 0; i < rows.length; i++) {
                int x = i / 3 % width;
                int y = i / 3 / width;
                double value = 0;
                for (int t = -reach; t <= reach; t++) {
                    int at = Math.min(length - 1, Math.max(0, (across ? x : y) + t));
                    int from = 3 * (across ? y * width + at : at * width + x) + i % 3;
                    value += taps[t + reach] / sum * (across ? rgb[from] & 0xff : rows[from]);
                }
                if (across) {
                    rows[i] = value;
                } else {
                    result[i] = level(value);
                }
            }
        }
        return RgbImage.of(width, height, result);
    }

    private static RgbImage jpeg(RgbImage photo, float quality) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(quality);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
                writer.setOutput(out);
                writer.write(null, new IIOImage(photo.toBufferedImage(), null, null), param);
            }
            BufferedImage back = ImageIO.read(new ByteArrayInputStream(bytes.toByteArray()));
            return RgbImage.fromBufferedImage(back);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
    }

    /** Value noise of octaves, each finer by 2 and weaker by {@code decay}; from 0 to 1. */
    private static float[] clouds(int width, int height, double decay, SplittableRandom random) {
        float[] sum = new float[width * height];
        double weight = 1;
        for (int cell = Integer.highestOneBit(Math.max(2, Math.max(width, height))); cell >= 1; cell /= 2) {
            int columns = width / cell + 2;
            int rows = height / cell + 2;
            double[] corners = random.doubles((long) columns * rows).toArray();
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    double fx = (double) (x % cell) / cell;
                    double fy = (double) (y % cell) / cell;
                    int at = y / cell * columns + x / cell;
                    double top = corners[at] * (1 - fx) + corners[at + 1] * fx;
                    double low = corners[at + columns] * (1 - fx) + corners[at + columns + 1] * fx;
                    sum[y * width + x] += (float) (weight * (top * (1 - fy) + low * fy));
                }
            }
            weight /= decay;
        }
        float least = Float.MAX_VALUE;
        float most = -Float.MAX_VALUE;
        for (float value : sum) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] = most > least ? (sum[i] - least) / (most - least) : 0;
        }
        return sum;
    }
}
