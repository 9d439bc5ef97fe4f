package io.github.dino4j.eval;

import io.github.dino4j.correspond.ObjectMask;
import io.github.dino4j.correspond.Video;
import io.github.dino4j.data.BadFile;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A video and the true masks of its frames, as DAVIS lays them out: a folder of frames and a folder of PNGs under the same
 * names. The first frame has a mask; later frames without one are not measured.
 *
 * @param masks one a frame, in their order
 */
public record TrackedVideo(String name, Video frames, List<Optional<Path>> masks) {
    /** The first frame is given and the last does not count, so that one is left. */
    private static final int LEAST_FRAMES = 3;

    public TrackedVideo {
        masks = List.copyOf(masks);
    }

    /**
     * The videos of a data set: where {@code images} has folders, each is a video, with its masks in the folder of the same name;
     * else {@code images} itself is one.
     *
     * @throws DataSetException if there is none, or one has no masks
     */
    public static List<TrackedVideo> of(Path images, Path masks) {
        List<Path> folders = folders(images);
        if (folders.isEmpty()) {
            return List.of(one(images, masks));
        }
        return folders.stream()
                .map(folder -> one(folder, masks.resolve(String.valueOf(folder.getFileName()))))
                .toList();
    }

    private static List<Path> folders(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataSetException("'" + folder + "': no such folder. Check the path.", List.of());
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new DataSetException("'" + folder + "' cannot be listed: " + e.getMessage(), List.of());
        }
    }

    private static TrackedVideo one(Path images, Path masks) {
        if (!Files.isDirectory(masks)) {
            throw new DataSetException(
                    "'" + masks + "': no such folder; the masks of the frames in " + images
                            + " belong there, under the frames' names with the ending .png",
                    List.of());
        }
        Video video = Video.open(images);
        List<Optional<Path>> truths = new ArrayList<>();
        for (int i = 0; i < video.size(); i++) {
            Path mask = masks.resolve(video.frameName(i) + ".png");
            truths.add(Optional.of(mask).filter(Files::exists));
        }
        if (truths.get(0).isEmpty()) {
            throw new DataSetException(
                    "'" + masks.resolve(video.frameName(0) + ".png")
                            + "': no such file; the first frame's mask says what" + " is to be followed",
                    List.of());
        }
        if (truths.size() < LEAST_FRAMES
                || truths.subList(1, truths.size() - 1).stream().allMatch(Optional::isEmpty)) {
            throw new DataSetException(
                    images + ": has " + truths.size() + " frames and no mask in " + masks
                            + " between the first, which is given, and the last, which DAVIS does not count; nothing could be"
                            + " measured",
                    List.of());
        }
        return new TrackedVideo(video.name(), video, truths);
    }

    /**
     * Reads every file once and tells the bad ones. Masks are palette or grey PNGs of the first frame's size.
     */
    List<BadFile> check() {
        List<BadFile> bad = new ArrayList<>();
        RgbImage first = null;
        for (int i = 0; i < masks.size(); i++) {
            try {
                RgbImage frame = frames.frame(i);
                first = first == null ? frame : first;
                if (frame.width() != first.width() || frame.height() != first.height()) {
                    bad.add(bad(
                            i,
                            "frame " + frames.frameName(i) + " of " + name + " is " + frame.width() + " x "
                                    + frame.height() + " pixels, the first one " + first.width() + " x "
                                    + first.height()));
                }
                if (masks.get(i).isPresent()) {
                    check(i, masks.get(i).get(), first).ifPresent(bad::add);
                }
            } catch (ImageException | IllegalArgumentException e) {
                bad.add(bad(i, String.valueOf(e.getMessage())));
            }
        }
        return bad;
    }

    private Optional<BadFile> check(int frame, Path file, RgbImage first) {
        ObjectMask mask = ObjectMask.readNumbered(file);
        if (mask.width() != first.width() || mask.height() != first.height()) {
            return Optional.of(bad(
                    frame,
                    file + ": is " + mask.width() + " x " + mask.height() + " pixels, its video " + first.width()
                            + " x " + first.height()));
        }
        return frame == 0 && mask.objects().length == 0
                ? Optional.of(bad(frame, file + ": the first frame's mask has no object, only background (0)"))
                : Optional.empty();
    }

    private BadFile bad(int frame, String reason) {
        return new BadFile(masks.get(frame).orElse(Path.of(frames.frameName(frame))), reason);
    }
}
