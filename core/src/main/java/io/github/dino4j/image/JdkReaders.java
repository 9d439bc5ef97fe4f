package io.github.dino4j.image;

import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** The JDK's own readers, whatever plug-ins stand on the class path: their numbers are the ones that are tested. */
final class JdkReaders {
    private JdkReaders() {}

    static ImageReader create(String format) throws IOException {
        Iterator<ImageReaderSpi> providers =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
        while (providers.hasNext()) {
            ImageReaderSpi provider = providers.next();
            if ("java.desktop".equals(provider.getClass().getModule().getName())
                    && Arrays.asList(provider.getFormatNames()).contains(format)) {
                return provider.createReaderInstance();
            }
        }
        throw new IOException("this Java runtime has no " + format + " reader (module java.desktop)");
    }
}
