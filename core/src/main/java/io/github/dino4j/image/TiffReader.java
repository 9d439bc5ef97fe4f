package io.github.dino4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.IOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;

/**
 * First page of a TIFF by the JDK's reader, in the file's own sample layout. Two things it does not do as others do are done
 * here: horizontal differencing of 16-bit samples, and colour maps by {@code >> 8} as Pillow has it.
 */
final class TiffReader {
    private static final int HORIZONTAL_DIFFERENCING = 2;

    private TiffReader() {}

    static RgbImage read(Source source) throws IOException {
        byte[] data = source.data();
        TiffDirectory directory = TiffDirectory.of(data, 0, data.length);
        ImageReader reader = JdkReaders.create("tiff");
        try {
            reader.setInput(new ByteArrayImageInputStream(data), false, true);
            source.checkSize(reader.getWidth(0), reader.getHeight(0));
            ImageTypeSpecifier raw = reader.getRawImageType(0);
            int type = raw == null ? DataBuffer.TYPE_BYTE : raw.getSampleModel().getDataType();
            if (type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT) {
                throw source.unsupported(
                        ImageFormat.TIFF,
                        "signed, 32-bit or float samples, which have no agreed range",
                        "8 or 16 bits");
            }
            boolean differences = type == DataBuffer.TYPE_USHORT
                    && directory.value(TiffDirectory.PREDICTOR, 1) == HORIZONTAL_DIFFERENCING;
            if (differences) {
                byte[] plain = data.clone();
                TiffDirectory.of(plain, 0, plain.length).setShort(TiffDirectory.PREDICTOR, 1);
                reader.setInput(new ByteArrayImageInputStream(plain), false, true);
            }
            ImageReadParam param = reader.getDefaultReadParam();
            if (raw != null) {
                param.setDestinationType(raw);
            }
            BufferedImage image = reader.read(0, param);
            if (differences) {
                sumUp(image.getRaster(), directory.value(TiffDirectory.TILE_WIDTH, image.getWidth()));
            }
            RgbImage rgb = Rasters.toRgb(
                    withColourMap(image, directory), source.options().alpha());
            return source.options().orientation() == Orientation.APPLY
                    ? ExifOrientation.apply(rgb, ExifOrientation.find(data, 0, data.length))
                    : rgb;
        } finally {
            reader.dispose();
        }
    }

    /** Undoes the differences along each row of each tile, modulo 65536. */
    private static void sumUp(WritableRaster raster, int tileWidth) {
        int bands = raster.getNumBands();
        int[] row = new int[raster.getWidth() * bands];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, raster.getWidth(), 1, row);
            for (int i = bands; i < row.length; i++) {
                if (i / bands % tileWidth != 0) {
                    row[i] = (row[i] + row[i - bands]) & 0xffff;
                }
            }
            raster.setPixels(0, y, raster.getWidth(), 1, row);
        }
    }

    private static BufferedImage withColourMap(BufferedImage image, TiffDirectory directory) {
        int[] map = directory.shorts(TiffDirectory.COLOR_MAP);
        int size = map.length / 3;
        if (size == 0
                || !(image.getColorModel() instanceof IndexColorModel model)
                || size != 1 << model.getPixelSize()) {
            return image;
        }
        int[] colours = new int[size];
        for (int i = 0; i < size; i++) {
            colours[i] = map[i] >> 8 << 16 | (map[size + i] & 0xff00) | map[2 * size + i] >> 8;
        }
        int bits = model.getPixelSize();
        IndexColorModel exact = new IndexColorModel(bits, size, colours, 0, false, -1, DataBuffer.TYPE_BYTE);
        return new BufferedImage(exact, image.getRaster(), false, null);
    }
}
