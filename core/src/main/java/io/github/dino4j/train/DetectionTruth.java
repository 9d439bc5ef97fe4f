package io.github.dino4j.train;

import io.github.dino4j.augment.Scene;
import io.github.dino4j.detect.TrueBox;
import io.github.dino4j.image.RgbImage;
import java.util.List;

/**
 * A photo to measure on.
 *
 * @param boxes in the photo's pixels
 * @param name for captions
 */
public record DetectionTruth(RgbImage photo, List<TrueBox> boxes, String name) {
    public DetectionTruth {
        boxes = List.copyOf(boxes);
    }

    public static DetectionTruth of(Scene scene, String name) {
        return new DetectionTruth(
                scene.photo(), scene.boxes().stream().map(TrueBox::of).toList(), name);
    }
}
