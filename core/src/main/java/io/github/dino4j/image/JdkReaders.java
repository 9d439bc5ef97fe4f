package io.github.dino4j.image;

import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;

/** The JDK's own readers, whatever plug-ins stand on the class path: their numbers are the ones that are tested. */
final class JdkReaders {
    private JdkReaders() {}

    static ImageReader create(String format) throws IOException {
        for (Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format); readers.hasNext(); ) {
            ImageReader reader = readers.next();
            if ("java.desktop".equals(reader.getClass().getModule().getName())) {
                return reader;
            }
        }
        throw new IOException("this Java runtime has no " + format + " reader (module java.desktop)");
    }
}
