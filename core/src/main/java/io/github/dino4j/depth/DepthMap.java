package io.github.dino4j.depth;

import io.github.dino4j.export.NpyFile;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.visual.ScaleBar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A number of metres for each pixel of a photo: depth, or the height of a canopy. Every value is finite; a map that is
 * not is refused when it is made, so that a broken model is reported and never drawn. Immutable: arrays are copied on
 * the way in and out.
 */
public final class DepthMap {
    private final Quantity quantity;
    private final int width;
    private final int height;
    private final float[] metres;

    private DepthMap(Quantity quantity, int width, int height, float[] metres) {
        this.quantity = quantity;
        this.width = width;
        this.height = height;
        this.metres = metres;
    }

    /**
     * A map of values [height * width], row by row.
     *
     * @throws IllegalArgumentException if a side is not positive, the array does not fill the map, or a value is NaN or
     *     infinite; the message counts them and names the first
     */
    public static DepthMap of(Quantity quantity, int width, int height, float[] metres) {
        Grid.require(width, height, metres.length);
        requireFinite(quantity, width, metres);
        return new DepthMap(quantity, width, height, metres.clone());
    }

    private static void requireFinite(Quantity quantity, int width, float[] metres) {
        int first = -1;
        int count = 0;
        for (int i = metres.length - 1; i >= 0; i--) {
            if (!Float.isFinite(metres[i])) {
                first = i;
                count++;
            }
        }
        if (count > 0) {
            throw new IllegalArgumentException(count + " of " + metres.length + " values of " + quantity.label()
                    + " are not finite, the first is " + metres[first] + " in column " + first % width + ", row "
                    + first / width + "; a model that gives such values was loaded incompletely or overflowed");
        }
    }

    public Quantity quantity() {
        return quantity;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** The values [height * width], row by row. */
    public float[] metres() {
        return metres.clone();
    }

    /** The value in column x, row y. */
    public float metres(int x, int y) {
        return metres[Grid.index(x, y, width, height)];
    }

    /** The values themselves, for reading within the package. */
    float[] values() {
        return metres;
    }

    public float min() {
        float min = Float.POSITIVE_INFINITY;
        for (float value : metres) {
            min = Math.min(min, value);
        }
        return min;
    }

    public float max() {
        float max = Float.NEGATIVE_INFINITY;
        for (float value : metres) {
            max = Math.max(max, value);
        }
        return max;
    }

    /** The middle value; of an even number, the mean of the two in the middle. */
    public double median() {
        return quantile(0.5);
    }

    /**
     * The value that the share {@code q} of all values does not exceed, linear between neighbours as NumPy has it. Sorts
     * a copy at each call.
     *
     * @param q in 0..1
     */
    public double quantile(double q) {
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("a quantile is a share in 0..1, not " + q);
        }
        float[] sorted = metres.clone();
        Arrays.sort(sorted);
        return Grid.quantile(sorted, q);
    }

    /** The map at another size: bilinear between pixel centres (torch's align_corners False), no antialiasing. */
    public DepthMap resize(int width, int height) {
        return width == this.width && height == this.height
                ? this
                : new DepthMap(quantity, width, height, Grid.resize(metres, this.width, this.height, width, height));
    }

    /** The colours in which this map is drawn unless told otherwise: see {@link DepthScale#of}. */
    public DepthScale scale() {
        return DepthScale.of(this);
    }

    /** The map in its own {@link #scale()}, pixel by pixel. */
    public RgbImage coloured() {
        return coloured(scale());
    }

    /** The map in a given scale, so that several can be compared. */
    public RgbImage coloured(DepthScale scale) {
        return scale.paint(width, height, metres);
    }

    /** The coloured map with a bar beside it that tells the metres of each colour. */
    public RgbImage withScaleBar() {
        return withScaleBar(scale());
    }

    /** The same in a given scale. */
    public RgbImage withScaleBar(DepthScale scale) {
        return ScaleBar.beside(scale.bar(quantity), coloured(scale));
    }

    /** The photo, the coloured map and its scale bar; the map is resized to the photo, all of which it has to show. */
    public RgbImage sideBySide(RgbImage photo) {
        return sideBySide(photo, scale());
    }

    /** The same in a given scale. */
    public RgbImage sideBySide(RgbImage photo, DepthScale scale) {
        return ScaleBar.beside(
                scale.bar(quantity),
                photo,
                resize(photo.width(), photo.height()).coloured(scale));
    }

    /**
     * The photo, this map, the truth and one scale bar, that of the truth, for both.
     *
     * @throws IllegalArgumentException if the truth is not of the photo's size
     */
    public RgbImage sideBySide(RgbImage photo, DepthImage truth) {
        truth.requireSizeOf(photo);
        DepthScale scale = truth.scale();
        return ScaleBar.beside(
                scale.bar(quantity),
                photo,
                resize(photo.width(), photo.height()).coloured(scale),
                truth.coloured(scale));
    }

    /** The map as a cloud of coloured points: see {@link PointCloud#of}. */
    public PointCloud points(RgbImage photo, double focalLengthPixels) {
        return PointCloud.of(this, photo, focalLengthPixels);
    }

    /** Writes NumPy's .npy: float32 [height, width] in metres. The file is there whole or not at all. */
    public void writeNpy(Path file) throws IOException {
        Explained.write(file, () -> NpyFile.write(file, metres, height, width));
    }

    /**
     * Writes a 16-bit grey PNG as depth cameras do: the value in units of {@code metresPerUnit}, rounded; 0 means "none".
     * Values of 0 or below half a unit are told apart: 0 stays 0, a smaller positive one becomes 1. The file is there
     * whole or not at all.
     *
     * @param metresPerUnit 0.001 for millimetres, which reach 65.535 m
     * @throws IllegalArgumentException if a value is negative or above 65,535 units; the message counts them and names a
     *     unit that fits
     */
    public void writePng16(Path file, double metresPerUnit) throws IOException {
        DepthPng.write(file, this, metresPerUnit);
    }

    /** Writes millimetres: {@link #writePng16(Path, double)} with 0.001. */
    public void writePng16(Path file) throws IOException {
        writePng16(file, 0.001);
    }

    /** Writes a TIFF of one channel of float32 in metres, uncompressed. The file is there whole or not at all. */
    public void writeTiff(Path file) throws IOException {
        FloatTiff.write(file, width, height, metres);
    }

    /** Writes the cloud of {@link #points} as binary PLY. The file is there whole or not at all. */
    public void writePly(Path file, RgbImage photo, double focalLengthPixels) throws IOException {
        points(photo, focalLengthPixels).writePly(file);
    }

    @Override
    public String toString() {
        return "DepthMap[" + quantity.label() + ", " + width + " x " + height + "]";
    }
}
