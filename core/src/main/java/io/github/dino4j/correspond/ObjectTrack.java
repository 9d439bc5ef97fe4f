package io.github.dino4j.correspond;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.segment.SegmentMap;
import java.util.Locale;

/**
 * One video on its way: gives each frame, in order, its objects. Keeps the tokens of the first frame and of a few before the
 * next one, so a video of any length takes the same memory. For one thread.
 */
public final class ObjectTrack {
    private final VideoTracker tracker;
    private final ObjectMask mask;
    private final TrackMemory memory;

    ObjectTrack(VideoTracker tracker, ObjectMask mask, Patches patches) {
        this.tracker = tracker;
        this.mask = mask;
        float[][] soft = SoftMasks.oneHot(
                mask.places(), mask.width(), mask.height(), mask.count(), patches.height(), patches.width());
        int[] objects = mask.objects();
        for (int m = 1; m < soft.length; m++) {
            float sum = 0;
            for (float value : soft[m]) {
                sum += value;
            }
            if (sum == 0) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "object %d is too small: none of the %d x %d patches has its middle in it. Take larger frames"
                                + " (--side), or mark more of it.",
                        objects[m - 1],
                        patches.width(),
                        patches.height()));
            }
        }
        TrackingProtocol protocol = tracker.protocol();
        memory = new TrackMemory(protocol.propagation(), protocol.previous(), patches, soft);
    }

    /** The first frame's mask as a map. */
    public SegmentMap first() {
        return mask.map();
    }

    /**
     * The objects of the next frame, under the numbers of the mask's file; the confidence is the winner's share of its own
     * greatest value.
     *
     * @throws IllegalArgumentException if the frame has another size than the first one
     */
    public SegmentMap next(RgbImage frame) {
        if (frame.width() != mask.width() || frame.height() != mask.height()) {
            throw new IllegalArgumentException("the frame is " + frame.width() + " x " + frame.height()
                    + " pixels, the first one " + mask.width() + " x " + mask.height()
                    + "; all frames of a video have one size");
        }
        Patches patches = tracker.patches(frame);
        return pixels(patches.height(), patches.width(), memory.advance(patches));
    }

    private SegmentMap pixels(int gridHeight, int gridWidth, float[][] soft) {
        TrackingProtocol protocol = tracker.protocol();
        int width = mask.width();
        int height = mask.height();
        int[] size = protocol.decided(gridHeight, gridWidth, tracker.patch(), height, width);
        float[][] values = protocol.enlarge(soft, gridHeight, gridWidth, size[0], size[1]);
        short[] winners = SoftMasks.winners(values);
        short[] places = new short[height * width];
        float[] confidence = new float[height * width];
        for (int y = 0, i = 0; y < height; y++) {
            int row = SoftMasks.middle(y, height, size[0]) * size[1];
            for (int x = 0; x < width; x++, i++) {
                int from = row + SoftMasks.middle(x, width, size[1]);
                places[i] = winners[from];
                confidence[i] = values[winners[from]][from];
            }
        }
        return mask.map(places, confidence, width, height);
    }
}
