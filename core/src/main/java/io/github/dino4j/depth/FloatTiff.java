package io.github.dino4j.depth;

import io.github.dino4j.export.Atomically;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BandedSampleModel;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferFloat;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** TIFF of one channel of float32, by the JDK's writer. */
final class FloatTiff {
    private FloatTiff() {}

    static void write(Path file, int width, int height, float[] metres) throws IOException {
        WritableRaster raster = Raster.createWritableRaster(
                new BandedSampleModel(DataBuffer.TYPE_FLOAT, width, height, 1),
                new DataBufferFloat(metres, metres.length),
                null);
        ColorModel grey = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY), false, false, Transparency.OPAQUE, DataBuffer.TYPE_FLOAT);
        BufferedImage image = new BufferedImage(grey, raster, false, null);
        Explained.write(
                file,
                () -> Atomically.write(file, temporary -> {
                    try (OutputStream out = Files.newOutputStream(
                                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                            ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
                        if (!ImageIO.write(image, "tiff", stream)) {
                            throw new IOException("this Java runtime has no TIFF writer for floats");
                        }
                    }
                }));
    }
}
