package io.github.dino4j.depth;

import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import java.nio.file.Path;

/**
 * Measured depth: ground truth of a data set, or a depth camera's picture. A pixel without a measurement holds 0.
 * Immutable: arrays are copied on the way in and out.
 */
public final class DepthImage {
    private final int width;
    private final int height;
    private final float[] metres;
    private final int measured;

    private DepthImage(int width, int height, float[] metres) {
        this.width = width;
        this.height = height;
        this.metres = metres;
        int count = 0;
        for (float value : metres) {
            count += value > 0 ? 1 : 0;
        }
        this.measured = count;
    }

    /**
     * Values [height * width] in metres, row by row; 0, negative, NaN and infinite ones are no measurements.
     *
     * @throws IllegalArgumentException if a side is not positive or the array does not fill the image
     */
    public static DepthImage of(int width, int height, float[] metres) {
        Grid.require(width, height, metres.length);
        float[] values = metres.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] > 0 && values[i] < Float.POSITIVE_INFINITY ? values[i] : 0;
        }
        return new DepthImage(width, height, values);
    }

    /**
     * Reads a file; its content decides what it is: a 16-bit grey PNG or TIFF in units of {@code metresPerUnit}, or a
     * .npy (float32 or float64, [height, width]) or TIFF of floats, which hold metres.
     *
     * @param metresPerUnit metres of one step of a 16-bit file: 0.001 for millimetres (ICL-NUIM, ScanNet, NYU as
     *     distributed with DINOv2), 0.0002 for TUM, 1 / 256.0 for KITTI; files of floats do not use it
     * @throws ImageException if the file is missing, damaged or of another kind; the message names the way out
     */
    public static DepthImage read(Path file, double metresPerUnit) {
        return DepthReader.read(file, metresPerUnit);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** The values [height * width] in metres, row by row; 0 without a measurement. */
    public float[] metres() {
        return metres.clone();
    }

    /** The value in column x, row y; 0 without a measurement. */
    public float metres(int x, int y) {
        return metres[Grid.index(x, y, width, height)];
    }

    /** The values themselves, for reading within the package. */
    float[] values() {
        return metres;
    }

    /** Which pixels hold a measurement [height * width]. */
    public boolean[] valid() {
        boolean[] valid = new boolean[metres.length];
        for (int i = 0; i < valid.length; i++) {
            valid[i] = metres[i] > 0;
        }
        return valid;
    }

    /** How many pixels hold a measurement. */
    public int measured() {
        return measured;
    }

    /**
     * The same without what {@code mask} [height * width] leaves out.
     *
     * @param mask true keeps a pixel
     */
    public DepthImage masked(boolean[] mask) {
        Grid.require(width, height, mask.length);
        float[] values = metres.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = mask[i] ? values[i] : 0;
        }
        return new DepthImage(width, height, values);
    }

    /**
     * This image, if it has the size of its photo.
     *
     * @throws IllegalArgumentException naming both sizes, if it has not
     */
    public DepthImage requireSizeOf(RgbImage photo) {
        if (width != photo.width() || height != photo.height()) {
            throw new IllegalArgumentException("the depth image is " + width + " x " + height + " pixels, its photo "
                    + photo.width() + " x " + photo.height()
                    + "; pair files of one camera and size, or bring the depth onto the photo's grid first");
        }
        return this;
    }

    /** The colours in which this image is drawn unless told otherwise: those of {@link DepthScale#of} for depth. */
    public DepthScale scale() {
        return DepthScale.ofDepth(metres);
    }

    /** The image in its own {@link #scale()}; middle grey, which that does not have, where nothing was measured. */
    public RgbImage coloured() {
        return coloured(scale());
    }

    /** The image in a given scale, such as that of the prediction it is compared with. */
    public RgbImage coloured(DepthScale scale) {
        float[] values = metres.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] > 0 ? values[i] : Float.NaN; // a colour map's sign for nothing
        }
        return scale.paint(width, height, values);
    }

    @Override
    public String toString() {
        return "DepthImage[" + width + " x " + height + ", " + measured + " measured]";
    }
}
