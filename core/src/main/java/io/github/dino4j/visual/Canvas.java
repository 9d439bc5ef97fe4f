package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;

/** Painting of pixels, shared by all pictures. */
final class Canvas {
    /** How much of the photo is left where the model did not look. */
    private static final double UNSEEN = 0.35;

    private Canvas() {}

    /** Colour {@code 0xRRGGBB} of a pixel that the model saw. */
    interface Paint {
        int at(Sampler sampler, int x, int y);
    }

    /** A picture of the sampler's size without a photo; black where nothing was seen. */
    static RgbImage paint(Sampler sampler, Paint paint) {
        byte[] rgb = new byte[3 * sampler.height() * sampler.width()];
        for (int y = 0, i = 0; y < sampler.height(); y++) {
            for (int x = 0; x < sampler.width(); x++, i += 3) {
                if (sampler.sees(x, y)) {
                    put(rgb, i, paint.at(sampler, x, y));
                }
            }
        }
        return RgbImage.of(sampler.width(), sampler.height(), rgb);
    }

    /** Which pixels are painted. */
    interface Where {
        boolean at(Sampler sampler, int x, int y);
    }

    /** The paint over the photo where the model saw it, the photo dimmed elsewhere. */
    static RgbImage overlay(RgbImage photo, Sampler sampler, Paint paint, double opacity) {
        return overlay(photo, sampler, Sampler::sees, paint, opacity);
    }

    /** The paint over the photo at {@code where}, the photo dimmed elsewhere. */
    static RgbImage overlay(RgbImage photo, Sampler sampler, Where where, Paint paint, double opacity) {
        if (!(opacity >= 0 && opacity <= 1)) {
            throw new IllegalArgumentException("opacity is a share in 0..1, found " + opacity);
        }
        byte[] from = photo.rgb();
        byte[] rgb = new byte[from.length];
        for (int y = 0, i = 0; y < photo.height(); y++) {
            for (int x = 0; x < photo.width(); x++, i += 3) {
                int under = (from[i] & 0xff) << 16 | (from[i + 1] & 0xff) << 8 | (from[i + 2] & 0xff);
                put(
                        rgb,
                        i,
                        where.at(sampler, x, y)
                                ? mix(under, paint.at(sampler, x, y), opacity)
                                : mix(under, 0, 1 - UNSEEN));
            }
        }
        return RgbImage.of(photo.width(), photo.height(), rgb);
    }

    /** Luma of BT.601 in all three channels. */
    static RgbImage grey(RgbImage photo) {
        byte[] from = photo.rgb();
        byte[] rgb = new byte[from.length];
        for (int i = 0; i < from.length; i += 3) {
            int luma = (299 * (from[i] & 0xff) + 587 * (from[i + 1] & 0xff) + 114 * (from[i + 2] & 0xff) + 500) / 1000;
            put(rgb, i, luma * 0x010101);
        }
        return RgbImage.of(photo.width(), photo.height(), rgb);
    }

    static int mix(int under, int over, double opacity) {
        return mix(under >> 16 & 0xff, over >> 16 & 0xff, opacity, 16)
                | mix(under >> 8 & 0xff, over >> 8 & 0xff, opacity, 8)
                | mix(under & 0xff, over & 0xff, opacity, 0);
    }

    private static int mix(int under, int over, double opacity, int shift) {
        return (int) Math.rint(under + (over - under) * opacity) << shift;
    }

    static void put(byte[] rgb, int index, int colour) {
        rgb[index] = (byte) (colour >> 16);
        rgb[index + 1] = (byte) (colour >> 8);
        rgb[index + 2] = (byte) colour;
    }

    /** A copy with a ring around a point: white in black, so that it shows on any ground. */
    static RgbImage marked(RgbImage picture, double x, double y) {
        BufferedImage image = picture.toBufferedImage();
        Graphics2D graphics = image.createGraphics();
        smooth(graphics);
        double radius = Math.max(4, Math.max(picture.width(), picture.height()) / 55.0);
        Ellipse2D ring = new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
        float line = (float) Math.max(1.2, radius / 4);
        graphics.setStroke(new BasicStroke(2.4f * line));
        graphics.setColor(new Color(0, 0, 0, 190));
        graphics.draw(ring);
        graphics.setStroke(new BasicStroke(line));
        graphics.setColor(Color.WHITE);
        graphics.draw(ring);
        graphics.dispose();
        return RgbImage.fromBufferedImage(image);
    }

    /** Smooth lines and text. */
    static void smooth(Graphics2D graphics) {
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    }
}
