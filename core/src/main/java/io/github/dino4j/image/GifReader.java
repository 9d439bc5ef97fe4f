package io.github.dino4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import org.w3c.dom.Node;

/** First frame of a GIF by the JDK's reader, laid on the logical screen as Pillow does. */
final class GifReader {
    private GifReader() {}

    static RgbImage read(Source source) throws IOException {
        if (source.data().length < 13) {
            throw source.truncated(ImageFormat.GIF, "it has " + source.data().length + " bytes");
        }
        int width = source.u8(6) | source.u8(7) << 8;
        int height = source.u8(8) | source.u8(9) << 8;
        source.checkSize(width, height);
        ImageReader reader = JdkReaders.create("gif");
        try {
            reader.setInput(new ByteArrayImageInputStream(source.data()), true, false);
            source.checkSize(reader.getWidth(0), reader.getHeight(0));
            BufferedImage frame = reader.read(0);
            RgbImage image = Rasters.toRgb(frame, source.options().alpha());
            int left = 0;
            int top = 0;
            IIOMetadata metadata = reader.getImageMetadata(0);
            for (Node n = metadata.getAsTree(metadata.getNativeMetadataFormatName())
                            .getFirstChild();
                    n != null;
                    n = n.getNextSibling()) {
                if (n.getNodeName().equals("ImageDescriptor")) {
                    left = number(n, "imageLeftPosition");
                    top = number(n, "imageTopPosition");
                }
            }
            if (left == 0 && top == 0 && image.width() >= width && image.height() >= height) {
                return image;
            }
            return onScreen(source, image, (IndexColorModel) frame.getColorModel(), left, top, width, height);
        } finally {
            reader.dispose();
        }
    }

    private static int number(Node node, String attribute) {
        return Integer.parseInt(node.getAttributes().getNamedItem(attribute).getNodeValue());
    }

    /** What the frame does not cover has the transparent colour if there is one, else colour 0. */
    private static RgbImage onScreen(
            Source source, RgbImage frame, IndexColorModel palette, int left, int top, int width, int height) {
        int screenWidth = Math.max(width, left + frame.width());
        int screenHeight = Math.max(height, top + frame.height());
        source.checkSize(screenWidth, screenHeight);
        byte[] rgb = new byte[3 * screenWidth * screenHeight];
        int below = palette.getRGB(Math.max(0, palette.getTransparentPixel()));
        for (int i = 0; i < rgb.length; i += 3) {
            Rasters.put(rgb, i, below, source.options().alpha());
        }
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(
                    frame.rgb(), 3 * y * frame.width(), rgb, 3 * ((top + y) * screenWidth + left), 3 * frame.width());
        }
        return RgbImage.of(screenWidth, screenHeight, rgb);
    }
}
