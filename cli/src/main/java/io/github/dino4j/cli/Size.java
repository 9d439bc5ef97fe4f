package io.github.dino4j.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Pixels of an image: {@code 448} or {@code 448x640}, height first. */
record Size(int height, int width) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,6})(?:[xX×](\\d{1,6}))?");

    static Size square(int side) {
        return new Size(side, side);
    }

    boolean isSquare() {
        return height == width;
    }

    @Override
    public String toString() {
        return height + "x" + width;
    }

    static final class Converter implements ITypeConverter<Size> {
        @Override
        public Size convert(String text) {
            Matcher matcher = TEXT.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is no size; give one number of pixels (448), or height x width (448x640)");
            }
            int height = Integer.parseInt(matcher.group(1));
            int width = matcher.group(2) == null ? height : Integer.parseInt(matcher.group(2));
            if (height == 0 || width == 0) {
                throw new TypeConversionException("'" + text + "' holds no pixel; a size is at least one patch");
            }
            return new Size(height, width);
        }
    }
}
