package io.github.dino4j.augment;

import io.github.dino4j.image.Box;
import io.github.dino4j.image.RgbImage;

/** A rotation about the centre of a picture that keeps its size. Pixel centres lie at half numbers. */
final class Turn {
    private final int width;
    private final int height;
    private final double cos;
    private final double sin;

    Turn(int width, int height, double degrees) {
        this.width = width;
        this.height = height;
        cos = Math.cos(Math.toRadians(degrees));
        sin = Math.sin(Math.toRadians(degrees));
    }

    private double sourceX(double x, double y) {
        return cos * (x - width / 2.0) - sin * (y - height / 2.0) + width / 2.0;
    }

    private double sourceY(double x, double y) {
        return sin * (x - width / 2.0) + cos * (y - height / 2.0) + height / 2.0;
    }

    Nearest nearest() {
        int[] source = new int[width * height];
        for (int y = 0, o = 0; y < height; y++) {
            for (int x = 0; x < width; x++, o++) {
                int column = (int) Math.floor(sourceX(x + 0.5, y + 0.5));
                int row = (int) Math.floor(sourceY(x + 0.5, y + 0.5));
                source[o] = column < 0 || column >= width || row < 0 || row >= height ? -1 : row * width + column;
            }
        }
        return new Nearest(height, width, source);
    }

    /** Bilinear where the pixel's centre comes from the picture, its border repeated for the outer half pixel; else black. */
    RgbImage photo(RgbImage photo) {
        byte[] from = photo.rgb();
        byte[] to = new byte[from.length];
        for (int y = 0, t = 0; y < height; y++) {
            for (int x = 0; x < width; x++, t += 3) {
                double column = sourceX(x + 0.5, y + 0.5);
                double row = sourceY(x + 0.5, y + 0.5);
                if (column < 0 || column >= width || row < 0 || row >= height) {
                    continue;
                }
                int x0 = (int) Math.floor(column - 0.5);
                int y0 = (int) Math.floor(row - 0.5);
                float right = (float) (column - 0.5 - x0);
                float low = (float) (row - 0.5 - y0);
                int top = Math.max(y0, 0) * width;
                int bottom = Math.min(y0 + 1, height - 1) * width;
                int left = Math.max(x0, 0);
                int next = Math.min(x0 + 1, width - 1);
                for (int c = 0; c < 3; c++) {
                    float above = mix(from[3 * (top + left) + c], from[3 * (top + next) + c], right);
                    float below = mix(from[3 * (bottom + left) + c], from[3 * (bottom + next) + c], right);
                    to[t + c] = (byte) (int) (above + low * (below - above) + 0.5f);
                }
            }
        }
        return RgbImage.of(width, height, to);
    }

    private static float mix(byte a, byte b, float share) {
        return (a & 0xff) + share * ((b & 0xff) - (a & 0xff));
    }

    /** The box around the turned corners; the way forth is the transposed matrix. */
    Box box(Box box) {
        double halfWidth = (Math.abs(cos) * box.width() + Math.abs(sin) * box.height()) / 2;
        double halfHeight = (Math.abs(sin) * box.width() + Math.abs(cos) * box.height()) / 2;
        double dx = box.centreX() - width / 2.0;
        double dy = box.centreY() - height / 2.0;
        double x = cos * dx + sin * dy + width / 2.0;
        double y = -sin * dx + cos * dy + height / 2.0;
        return new Box(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
    }
}
