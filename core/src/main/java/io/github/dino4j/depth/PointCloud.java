package io.github.dino4j.depth;

import io.github.dino4j.export.Atomically;
import io.github.dino4j.image.RgbImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Depth seen from a pinhole camera as coloured points in metres: x to the right, y down, z forward, the camera at the
 * origin. The principal point is the centre of the image: x = (column + 0.5 - width / 2) z / f, y likewise. Immutable.
 */
public final class PointCloud {
    private final int width;
    private final int height;
    private final double focalLengthPixels;
    private final float[] xyz;
    private final byte[] rgb;

    private PointCloud(int width, int height, double focalLengthPixels, float[] xyz, byte[] rgb) {
        this.width = width;
        this.height = height;
        this.focalLengthPixels = focalLengthPixels;
        this.xyz = xyz;
        this.rgb = rgb;
    }

    /**
     * A point for each pixel whose depth is above 0, in the photo's colour.
     *
     * @param focalLengthPixels of the camera, in pixels of this photo: focal length / sensor width * photo width
     * @throws IllegalArgumentException if the map holds no depth, the photo is of another size, or the focal length is
     *     not above 0
     */
    public static PointCloud of(DepthMap depth, RgbImage photo, double focalLengthPixels) {
        if (depth.quantity() != Quantity.DEPTH) {
            throw new IllegalArgumentException("a point cloud is made of depth, this map holds "
                    + depth.quantity().label());
        }
        if (depth.width() != photo.width() || depth.height() != photo.height()) {
            throw new IllegalArgumentException("the depth map is " + depth.width() + " x " + depth.height()
                    + " pixels, the photo " + photo.width() + " x " + photo.height() + "; resize the map to the photo");
        }
        if (!(focalLengthPixels > 0) || Double.isInfinite(focalLengthPixels)) {
            throw new IllegalArgumentException(
                    "the focal length is a number of pixels above 0, found " + focalLengthPixels);
        }
        float[] metres = depth.values();
        byte[] colours = photo.rgb();
        float[] xyz = new float[Math.multiplyExact(3, metres.length)];
        byte[] rgb = new byte[xyz.length];
        int n = 0;
        for (int y = 0, i = 0; y < depth.height(); y++) {
            for (int x = 0; x < depth.width(); x++, i++) {
                if (metres[i] > 0) {
                    double perPixel = metres[i] / focalLengthPixels;
                    xyz[n] = (float) ((x + 0.5 - depth.width() / 2.0) * perPixel);
                    xyz[n + 1] = (float) ((y + 0.5 - depth.height() / 2.0) * perPixel);
                    xyz[n + 2] = metres[i];
                    System.arraycopy(colours, 3 * i, rgb, n, 3);
                    n += 3;
                }
            }
        }
        return new PointCloud(
                depth.width(), depth.height(), focalLengthPixels, Arrays.copyOf(xyz, n), Arrays.copyOf(rgb, n));
    }

    /** Number of points. */
    public int size() {
        return xyz.length / 3;
    }

    /** Metres x, y, z of each point [3 * size]. */
    public float[] xyz() {
        return xyz.clone();
    }

    /** Bytes R, G, B of each point [3 * size]. */
    public byte[] rgb() {
        return rgb.clone();
    }

    /**
     * Writes binary little-endian PLY: float x, y, z and uchar red, green, blue a vertex; comments in the header tell the
     * camera. The file is there whole or not at all.
     */
    public void writePly(Path file) throws IOException {
        ByteBuffer point = ByteBuffer.allocate(15).order(ByteOrder.LITTLE_ENDIAN);
        Explained.write(
                file,
                () -> Atomically.write(file, temporary -> {
                    try (OutputStream out = new BufferedOutputStream(
                            Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            1 << 16)) {
                        out.write(header().getBytes(StandardCharsets.US_ASCII));
                        for (int i = 0; i < xyz.length; i += 3) {
                            point.clear();
                            point.putFloat(xyz[i])
                                    .putFloat(xyz[i + 1])
                                    .putFloat(xyz[i + 2])
                                    .put(rgb, i, 3);
                            out.write(point.array());
                        }
                    }
                }));
    }

    private String header() {
        return String.join(
                        "\n",
                        "ply",
                        "format binary_little_endian 1.0",
                        "comment x right, y down, z forward, in metres; the camera is at the origin",
                        "comment image " + width + " x " + height + ", focal length " + focalLengthPixels
                                + " pixels, principal point " + width / 2.0 + " " + height / 2.0,
                        "element vertex " + size(),
                        "property float x",
                        "property float y",
                        "property float z",
                        "property uchar red",
                        "property uchar green",
                        "property uchar blue",
                        "end_header")
                + "\n";
    }

    @Override
    public String toString() {
        return "PointCloud[" + size() + " points]";
    }
}
