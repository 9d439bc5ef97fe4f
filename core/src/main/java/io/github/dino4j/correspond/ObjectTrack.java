package io.github.dino4j.correspond;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.segment.SegmentMap;
import java.util.stream.IntStream;

/**
 * One video on its way: gives each frame, in order, its objects. Keeps the tokens of the first frame and of a few before the
 * next one, so a video of any length takes the same memory. For one thread.
 */
public final class ObjectTrack {
    private final VideoTracker tracker;
    private final ObjectMask mask;
    private final TrackMemory memory;
    private final int[] unseen;

    ObjectTrack(VideoTracker tracker, ObjectMask mask, Patches patches) {
        this.tracker = tracker;
        this.mask = mask;
        float[][] soft = SoftMasks.oneHot(
                mask.places(), mask.width(), mask.height(), mask.count(), patches.height(), patches.width());
        TrackingProtocol protocol = tracker.protocol();
        unseen = unseen(soft);
        memory = new TrackMemory(protocol.propagation(), protocol.previous(), patches, soft);
    }

    /** Objects in which no patch has its middle; they are never found again. */
    private int[] unseen(float[][] soft) {
        return IntStream.range(1, soft.length)
                .filter(m -> {
                    float sum = 0;
                    for (float value : soft[m]) {
                        sum += value;
                    }
                    return sum == 0;
                })
                .map(m -> mask.objects()[m - 1])
                .toArray();
    }

    /**
     * Numbers of the objects that are too small for the grid: no patch of the first frame has its middle in them, so that they
     * cannot be followed. Larger frames ({@link TrackingProtocol#withSide}) have finer grids.
     */
    public int[] unseen() {
        return unseen.clone();
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
