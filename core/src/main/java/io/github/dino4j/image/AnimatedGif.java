package io.github.dino4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

/**
 * All frames of a GIF, each as it is shown: laid over what its predecessors left, on the logical screen. {@link ImageDecoder}
 * reads the first one alone. Immutable.
 *
 * @param frames of one size
 * @param hundredths how long each is shown, in hundredths of a second
 */
public record AnimatedGif(List<RgbImage> frames, List<Integer> hundredths) {
    public AnimatedGif {
        frames = List.copyOf(frames);
        hundredths = List.copyOf(hundredths);
    }

    /** Whether a file begins as a GIF does, whatever it is called. */
    public static boolean is(Path file) {
        return ImageFormat.of(ImageDecoder.bytes(file)) == ImageFormat.GIF;
    }

    /**
     * Reads a file.
     *
     * @throws ImageException if it cannot be read, is no GIF, is damaged, or its frames together exceed the limit of pixels
     */
    public static AnimatedGif read(Path file) {
        Source source = new Source(ImageDecoder.bytes(file), file.toString(), ImageDecoder.Options.standard());
        if (ImageFormat.of(source.data()) != ImageFormat.GIF) {
            throw new ImageException(file + ": is no GIF. A video is a folder of frames, or an animated GIF.");
        }
        if (source.data().length < 13) {
            throw source.truncated(ImageFormat.GIF, "it has " + source.data().length + " bytes");
        }
        try {
            return read(source);
        } catch (IOException | RuntimeException e) {
            if (e instanceof ImageException known) {
                throw known;
            }
            throw source.damaged(ImageFormat.GIF, String.valueOf(e.getMessage()));
        }
    }

    private static AnimatedGif read(Source source) throws IOException {
        int width = source.u8(6) | source.u8(7) << 8;
        int height = source.u8(8) | source.u8(9) << 8;
        source.checkSize(width, height);
        ImageReader reader = JdkReaders.create("gif");
        try {
            reader.setInput(new ByteArrayImageInputStream(source.data()), false, false);
            int count = reader.getNumImages(true);
            source.checkSize(width, (long) height * count);
            List<RgbImage> frames = new ArrayList<>();
            List<Integer> delays = new ArrayList<>();
            byte[] screen = new byte[3 * width * height];
            for (int i = 0; i < count; i++) {
                Placed placed = Placed.of(reader.getImageMetadata(i));
                BufferedImage picture = reader.read(i);
                if (i == 0) {
                    fill(screen, background(picture));
                }
                byte[] before = screen.clone();
                lay(picture, placed, screen, width, height);
                frames.add(RgbImage.of(width, height, screen.clone()));
                delays.add(placed.delay);
                if (placed.disposal.equals("restoreToPrevious")) {
                    screen = before;
                } else if (placed.disposal.equals("restoreToBackgroundColor")) {
                    int colour = background(picture);
                    for (int y = placed.top; y < Math.min(height, placed.top + picture.getHeight()); y++) {
                        for (int x = placed.left; x < Math.min(width, placed.left + picture.getWidth()); x++) {
                            put(screen, y * width + x, colour);
                        }
                    }
                }
            }
            return new AnimatedGif(frames, delays);
        } finally {
            reader.dispose();
        }
    }

    /** What shows where no frame has drawn: the transparent colour's, as for the first frame alone. */
    private static int background(BufferedImage picture) {
        IndexColorModel palette = (IndexColorModel) picture.getColorModel();
        return palette.getRGB(Math.max(0, palette.getTransparentPixel()));
    }

    private static void lay(BufferedImage picture, Placed placed, byte[] screen, int width, int height) {
        for (int y = 0; y < picture.getHeight() && y + placed.top < height; y++) {
            for (int x = 0; x < picture.getWidth() && x + placed.left < width; x++) {
                int argb = picture.getRGB(x, y);
                if (argb >>> 24 != 0) {
                    put(screen, (y + placed.top) * width + x + placed.left, argb);
                }
            }
        }
    }

    private static void fill(byte[] screen, int colour) {
        for (int i = 0; i < screen.length / 3; i++) {
            put(screen, i, colour);
        }
    }

    private static void put(byte[] screen, int pixel, int argb) {
        Rasters.put(screen, 3 * pixel, argb, new Alpha.Drop());
    }

    /** Where a frame lies, how long it is shown, and what becomes of it afterwards. */
    private record Placed(int left, int top, int delay, String disposal) {
        static Placed of(IIOMetadata metadata) {
            int left = 0;
            int top = 0;
            int delay = 0;
            String disposal = "none";
            for (Node n = metadata.getAsTree(metadata.getNativeMetadataFormatName())
                            .getFirstChild();
                    n != null;
                    n = n.getNextSibling()) {
                NamedNodeMap attributes = n.getAttributes();
                if (n.getNodeName().equals("ImageDescriptor")) {
                    left = number(attributes, "imageLeftPosition");
                    top = number(attributes, "imageTopPosition");
                } else if (n.getNodeName().equals("GraphicControlExtension")) {
                    delay = number(attributes, "delayTime");
                    disposal = attributes.getNamedItem("disposalMethod").getNodeValue();
                }
            }
            return new Placed(left, top, delay, disposal);
        }

        private static int number(NamedNodeMap attributes, String name) {
            return Integer.parseInt(attributes.getNamedItem(name).getNodeValue());
        }
    }
}
