package io.github.dino4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.io.IOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;

/** First page of a TIFF by the JDK's reader, in the file's own sample layout. */
final class TiffReader {
    private TiffReader() {}

    static RgbImage read(Source source) throws IOException {
        ImageReader reader = JdkReaders.create("tiff");
        try {
            reader.setInput(new ByteArrayImageInputStream(source.data()), false, true);
            source.checkSize(reader.getWidth(0), reader.getHeight(0));
            ImageTypeSpecifier raw = reader.getRawImageType(0);
            int type = raw == null ? DataBuffer.TYPE_BYTE : raw.getSampleModel().getDataType();
            if (type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT) {
                throw source.unsupported(
                        ImageFormat.TIFF,
                        "signed, 32-bit or float samples, which have no agreed range",
                        "8 or 16 bits");
            }
            ImageReadParam param = reader.getDefaultReadParam();
            if (raw != null) {
                param.setDestinationType(raw);
            }
            BufferedImage image = reader.read(0, param);
            RgbImage rgb = Rasters.toRgb(image, source.options().alpha());
            int orientation = ExifOrientation.find(source.data(), 0, source.data().length);
            return source.options().orientation() == Orientation.APPLY ? ExifOrientation.apply(rgb, orientation) : rgb;
        } finally {
            reader.dispose();
        }
    }
}
