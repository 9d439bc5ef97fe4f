package io.github.dino4j.correspond;

import io.github.dino4j.image.AnimatedGif;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.RgbImage;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The frames of a video in order: the images of a folder, by the numbers in their names (frame-9 before frame-10), or those of
 * an animated GIF. A folder's frames are read when they are asked for.
 */
public final class Video {
    private static final Pattern PART = Pattern.compile("\\d+|\\D+");
    private static final int USUAL_HUNDREDTHS = 10;

    private final String name;
    private final List<Path> files;
    private final Optional<AnimatedGif> gif;

    private Video(String name, List<Path> files, Optional<AnimatedGif> gif) {
        this.name = name;
        this.files = files;
        this.gif = gif;
    }

    /**
     * Opens a folder or a GIF.
     *
     * @throws ImageException if there is none, or it has no frame
     */
    public static Video open(Path path) {
        String name = String.valueOf(path.toAbsolutePath().normalize().getFileName());
        if (Files.isDirectory(path)) {
            return new Video(
                    name, ImageFolder.of(path).stream().sorted(byNumber()).toList(), Optional.empty());
        }
        if (!Files.exists(path)) {
            throw new ImageException("'" + path + "': no such file or folder. Check the path.");
        }
        if (!AnimatedGif.is(path)) {
            throw new ImageException(
                    path + ": is no video that can be read. Give a folder of frames, or an animated GIF;"
                            + " 'ffmpeg -i FILE frames/%05d.png' makes frames of any other.");
        }
        return new Video(name.replaceFirst("\\.[^.]*$", ""), List.of(), Optional.of(AnimatedGif.read(path)));
    }

    /** Digits by their value, everything else by its text. */
    static Comparator<Path> byNumber() {
        return (a, b) -> {
            Matcher left = PART.matcher(a.toString());
            Matcher right = PART.matcher(b.toString());
            while (true) {
                boolean more = left.find();
                if (!right.find() || !more) {
                    return a.toString().compareTo(b.toString());
                }
                boolean numbers = Character.isDigit(left.group().charAt(0))
                        && Character.isDigit(right.group().charAt(0));
                int order = numbers
                        ? new BigInteger(left.group()).compareTo(new BigInteger(right.group()))
                        : left.group().compareTo(right.group());
                if (order != 0) {
                    return order;
                }
            }
        };
    }

    /** Of the folder, or of the GIF without its ending. */
    public String name() {
        return name;
    }

    /** Number of frames, 1 or more. */
    public int size() {
        return gif.map(g -> g.frames().size()).orElse(files.size());
    }

    /**
     * A frame, counted from 0.
     *
     * @throws ImageException if its file cannot be read
     */
    public RgbImage frame(int index) {
        return gif.isPresent()
                ? gif.get().frames().get(index)
                : ImageDecoder.standard().read(files.get(index));
    }

    /** Name of a frame's file without its ending; its number where there are no files. */
    public String frameName(int index) {
        return gif.isPresent()
                ? String.format("%05d", index)
                : String.valueOf(files.get(index).getFileName()).replaceFirst("\\.[^.]*$", "");
    }

    /** How long a frame is shown, in hundredths of a second: the GIF's, or 10. */
    public int hundredths() {
        return gif.map(g -> Math.max(2, g.hundredths().get(0))).orElse(USUAL_HUNDREDTHS);
    }
}
