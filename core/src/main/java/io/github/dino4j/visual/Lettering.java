package io.github.dino4j.visual;

import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Text drawn from outlines that the library carries. Java's own fonts need fontconfig and a font on the machine, which
 * servers and containers often lack, and give other pictures on each; these letters are the same everywhere.
 *
 * <p>Latin, Greek and Cyrillic; another character becomes a box.
 */
final class Lettering {
    private static final int UNITS = 1000; // of the outlines, in the type size
    private static final int BOX = 0x25a1;
    private static final Map<Integer, Glyph> GLYPHS = read();

    private record Glyph(double advance, Shape outline) {}

    private Lettering() {}

    /** Width of a line in pixels at a type size. */
    static double width(String text, double size) {
        return text.codePoints().mapToDouble(c -> glyph(c).advance()).sum() * size / UNITS;
    }

    /** Draws a line from (x, y) on the baseline in the current colour; shortened by an ellipsis where it is too wide. */
    static void draw(Graphics2D graphics, String text, double size, double x, double y, double width) {
        String shown = text;
        while (width(shown, size) > width && shown.length() > 2) {
            shown = shown.substring(0, shown.length() - 2) + "…";
        }
        double at = x;
        for (int character : shown.codePoints().toArray()) {
            Glyph glyph = glyph(character);
            AffineTransform place = AffineTransform.getTranslateInstance(at, y);
            place.scale(size / UNITS, size / UNITS);
            graphics.fill(place.createTransformedShape(glyph.outline()));
            at += glyph.advance() * size / UNITS;
        }
    }

    private static Glyph glyph(int character) {
        Glyph glyph = GLYPHS.get(character);
        return glyph != null ? glyph : Objects.requireNonNull(GLYPHS.get(BOX));
    }

    private static Map<Integer, Glyph> read() {
        try (InputStream in = Objects.requireNonNull(Lettering.class.getResourceAsStream("glyphs.txt"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            Map<Integer, Glyph> glyphs = new HashMap<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split(" ");
                glyphs.put(Integer.parseInt(parts[0], 16), new Glyph(Integer.parseInt(parts[1]), outline(parts)));
            }
            return glyphs;
        } catch (IOException e) {
            throw new UncheckedIOException("the outlines of letters cannot be read", e);
        }
    }

    /** The path that begins at the third part: M and L with a point, Q with two, Z. */
    private static Shape outline(String[] parts) {
        Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
        for (int i = 2; i < parts.length; i++) {
            String[] numbers = parts[i].substring(1).split(",");
            double[] n = new double[numbers.length];
            for (int k = 0; k < n.length && !numbers[k].isEmpty(); k++) {
                n[k] = Integer.parseInt(numbers[k]);
            }
            switch (parts[i].charAt(0)) {
                case 'M' -> path.moveTo(n[0], n[1]);
                case 'L' -> path.lineTo(n[0], n[1]);
                case 'Q' -> path.quadTo(n[0], n[1], n[2], n[3]);
                default -> path.closePath();
            }
        }
        return path;
    }
}
