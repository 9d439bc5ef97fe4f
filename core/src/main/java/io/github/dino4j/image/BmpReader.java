package io.github.dino4j.image;

import java.io.IOException;
import javax.imageio.ImageReader;

/** BMP by the JDK's reader. */
final class BmpReader {
    private BmpReader() {}

    static RgbImage read(Source source) throws IOException {
        ImageReader reader = JdkReaders.create("bmp");
        try {
            reader.setInput(new ByteArrayImageInputStream(source.data()), true, true);
            source.checkSize(reader.getWidth(0), reader.getHeight(0));
            return Rasters.toRgb(reader.read(0), source.options().alpha());
        } finally {
            reader.dispose();
        }
    }
}
