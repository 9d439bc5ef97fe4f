package io.github.dino4j.train;

import io.github.dino4j.augment.Scene;
import io.github.dino4j.detect.PaddedImages;
import io.github.dino4j.detect.TrueBox;
import io.github.dino4j.image.Box;
import io.github.dino4j.image.Geometry;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import java.util.List;

/**
 * An image and the objects in it, ready for the model. Examples of a batch may differ in size. Immutable by contract: arrays
 * are handed out.
 *
 * @param boxes in pixels of the input; crowds are passed over
 * @param name for messages
 */
public record DetectionExample(Input input, List<TrueBox> boxes, String name) {
    public DetectionExample {
        boxes = List.copyOf(boxes);
        if (input.channels() != 3) {
            throw new IllegalArgumentException(
                    name + ": detectors read red, green and blue, the example has " + input.channels() + " channels");
        }
    }

    /**
     * A photo with its objects, prepared.
     *
     * @param index of the example
     * @param boxes in the photo's pixels
     */
    public static DetectionExample of(
            int index, RgbImage photo, List<TrueBox> boxes, Transform transform, String name) {
        Pixels pixels = transform.apply(photo);
        Geometry geometry = pixels.geometry();
        List<TrueBox> moved = boxes.stream()
                .map(truth -> moved(truth, geometry))
                .filter(truth -> truth.box().width() >= 1 && truth.box().height() >= 1)
                .toList();
        return new DetectionExample(Input.of(index, pixels), moved, name);
    }

    /** A scene, augmented or not, prepared. */
    public static DetectionExample of(int index, Scene scene, Transform transform, String name) {
        return of(index, scene.photo(), scene.boxes().stream().map(TrueBox::of).toList(), transform, name);
    }

    private static TrueBox moved(TrueBox truth, Geometry geometry) {
        Box box = truth.box();
        Box place = new Box(
                        geometry.toInputX(box.x0()),
                        geometry.toInputY(box.y0()),
                        geometry.toInputX(box.x1()),
                        geometry.toInputY(box.y1()))
                .clip(geometry.width(), geometry.height());
        double area = truth.area() * geometry.scaleX() * geometry.scaleY();
        return new TrueBox(place, truth.category(), area, truth.crowd());
    }

    PaddedImages.Plane plane() {
        return new PaddedImages.Plane(input.values(), input.height(), input.width());
    }
}
