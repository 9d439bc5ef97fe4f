package io.github.dino4j.eval;

import io.github.dino4j.correspond.ObjectMask;
import io.github.dino4j.correspond.ObjectTrack;
import io.github.dino4j.correspond.TrackingMetrics;
import io.github.dino4j.correspond.Video;
import io.github.dino4j.correspond.VideoTracker;
import io.github.dino4j.data.BadFile;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.segment.SegmentMap;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures how well a backbone follows objects, from the mask of the first frame: J and F of DAVIS's semi-supervised protocol.
 * Immutable; a run takes the caller's thread and holds few frames at a time.
 */
public final class TrackingEvaluation {
    private final VideoTracker tracker;

    private TrackingEvaluation(VideoTracker tracker) {
        this.tracker = tracker;
    }

    public static TrackingEvaluation of(VideoTracker tracker) {
        return new TrackingEvaluation(tracker);
    }

    /** Told how far it is, on the thread that runs. */
    public interface Listener {
        /** All files were read; {@code frames} are to be followed. */
        default void begins(int frames) {}

        /** A frame was followed; J&amp;F over what was measured so far, NaN where nothing was. */
        default void followed(String video, double running) {}
    }

    /**
     * Reads every file, then measures.
     *
     * @param name of the data set
     * @param date that the result shall carry
     * @throws DataSetException naming every file that cannot be used, before the first frame is followed
     */
    public TrackingResult run(String name, List<TrackedVideo> videos, LocalDate date, Listener listener) {
        List<BadFile> bad = new ArrayList<>();
        int frames = 0;
        for (TrackedVideo video : videos) {
            bad.addAll(video.check());
            frames += video.frames().size();
        }
        if (!bad.isEmpty()) {
            throw new DataSetException(name + ": " + bad.size() + " files cannot be used, nothing was evaluated:", bad);
        }
        listener.begins(frames);
        TrackingMetrics metrics = new TrackingMetrics();
        for (TrackedVideo video : videos) {
            measure(video, metrics, listener);
        }
        return new TrackingResult(date, name, videos.size(), frames, Setup.of(tracker), metrics);
    }

    private void measure(TrackedVideo video, TrackingMetrics metrics, Listener listener) {
        Video frames = video.frames();
        ObjectMask first = ObjectMask.readNumbered(video.masks().get(0).orElseThrow());
        ObjectTrack track = tracker.begin(frames.frame(0), first);
        listener.followed(video.name(), metrics.both());
        for (int i = 1; i < frames.size(); i++) {
            RgbImage frame = frames.frame(i);
            SegmentMap found = track.next(frame);
            boolean last = i == frames.size() - 1;
            if (!last && video.masks().get(i).isPresent()) {
                Path file = video.masks().get(i).get();
                ObjectMask truth = ObjectMask.readNumbered(file);
                for (int object : first.objects()) {
                    metrics.add(
                            video.name(),
                            object,
                            truth.pixels(object),
                            pixels(found, object),
                            frame.width(),
                            frame.height());
                }
            }
            listener.followed(video.name(), metrics.both());
        }
    }

    private static boolean[] pixels(SegmentMap map, int object) {
        short[] labels = map.labels();
        boolean[] pixels = new boolean[labels.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = labels[i] == object;
        }
        return pixels;
    }
}
