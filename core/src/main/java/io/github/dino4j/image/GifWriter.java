package io.github.dino4j.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Writes an animated GIF that repeats for ever, frame by frame; each gets its own 256 colours. The file appears with {@link
 * #finish}, complete; closing without it leaves nothing. For one thread.
 */
public final class GifWriter implements AutoCloseable {
    private static final String FORMAT = "javax_imageio_gif_image_1.0";

    private final Path file;
    private final Path part;
    private final OutputStream out;
    private final ImageOutputStream stream;
    private final ImageWriter writer;
    private final int hundredths;
    private boolean first = true;
    private boolean ended;

    /**
     * Begins a file beside {@code file}.
     *
     * @param hundredths how long a frame is shown, in hundredths of a second, 1 or more
     */
    public GifWriter(Path file, int hundredths) throws IOException {
        if (hundredths < 1 || hundredths > 0xffff) {
            throw new IllegalArgumentException(
                    "a frame is shown for 1 to 65535 hundredths of a second, found " + hundredths);
        }
        this.file = file;
        this.hundredths = hundredths;
        part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        writer = ImageIO.getImageWritersByFormatName("gif").next();
        out = Files.newOutputStream(part);
        stream = new MemoryCacheImageOutputStream(out);
        writer.setOutput(stream);
        writer.prepareWriteSequence(null);
    }

    /** Adds a frame. */
    public void add(RgbImage frame) throws IOException {
        ImageTypeSpecifier type = ImageTypeSpecifier.createFromRenderedImage(frame.toBufferedImage());
        IIOMetadata metadata = writer.getDefaultImageMetadata(type, null);
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
        IIOMetadataNode control = child(root, "GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("delayTime", Integer.toString(hundredths));
        control.setAttribute("transparentColorIndex", "0");
        if (first) { // Netscape's extension: repeat for ever
            IIOMetadataNode application = new IIOMetadataNode("ApplicationExtension");
            application.setAttribute("applicationID", "NETSCAPE");
            application.setAttribute("authenticationCode", "2.0");
            application.setUserObject(new byte[] {1, 0, 0});
            child(root, "ApplicationExtensions").appendChild(application);
        }
        metadata.setFromTree(FORMAT, root);
        writer.writeToSequence(new IIOImage(frame.toBufferedImage(), null, metadata), null);
        first = false;
    }

    private static IIOMetadataNode child(IIOMetadataNode root, String name) {
        for (int i = 0; i < root.getLength(); i++) {
            if (root.item(i).getNodeName().equals(name)) {
                return (IIOMetadataNode) root.item(i);
            }
        }
        IIOMetadataNode node = new IIOMetadataNode(name);
        root.appendChild(node);
        return node;
    }

    /** Ends the file and puts it in its place. */
    public void finish() throws IOException {
        if (first) {
            throw new IllegalStateException(file + ": a GIF needs at least one frame");
        }
        writer.endWriteSequence();
        end();
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void end() throws IOException {
        if (!ended) {
            ended = true;
            writer.dispose();
            stream.close();
            out.close();
        }
    }

    @Override
    public void close() throws IOException {
        end();
        Files.deleteIfExists(part);
    }
}
