package io.github.dino4j.correspond;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import java.util.List;

/**
 * Follows objects through a video from the mask of its first frame, without any training: video object segmentation by label
 * propagation (DINO, arXiv:2104.14294; DINOv3, arXiv:2508.10104, "Video segmentation tracking"). Immutable; any thread may
 * begin a track. The model stays the caller's.
 */
public final class VideoTracker {
    private final Model model;
    private final TrackingProtocol protocol;

    private VideoTracker(Model model, TrackingProtocol protocol) {
        this.model = model;
        this.protocol = protocol;
    }

    public static VideoTracker of(Model model, TrackingProtocol protocol) {
        return new VideoTracker(model, protocol);
    }

    public Model model() {
        return model;
    }

    public TrackingProtocol protocol() {
        return protocol;
    }

    /**
     * Begins with a frame and its mask.
     *
     * @throws IllegalArgumentException if the two differ in size, or the mask has no object
     */
    public ObjectTrack begin(RgbImage first, ObjectMask mask) {
        if (mask.width() != first.width() || mask.height() != first.height()) {
            throw new IllegalArgumentException("the mask is " + mask.width() + " x " + mask.height()
                    + " pixels, the first frame " + first.width() + " x " + first.height()
                    + "; give the mask of this frame");
        }
        if (mask.objects().length == 0) {
            throw new IllegalArgumentException(
                    "the mask has no object, only background (0); mark what is to be followed with 1 or more");
        }
        return new ObjectTrack(this, mask, patches(first));
    }

    /** Unit tokens of a frame. */
    Patches patches(RgbImage frame) {
        Pixels pixels = protocol.prepare(frame, model.card().transform(), patch());
        Features features = model.features(List.of(pixels)).get(0);
        return Patches.of(features);
    }

    int patch() {
        return model.config().patch();
    }
}
