package io.github.dino4j.augment;

import io.github.dino4j.image.Box;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Resize;
import io.github.dino4j.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A photo with what is known of it: a label and a depth for each pixel, boxes around objects. Every geometric method moves
 * all of them alike:
 *
 * <ul>
 *   <li>labels and depths take the nearest pixel, the one under the centre of the new pixel, since a mean of two classes is a
 *       third one and a mean of two depths floats between two surfaces;
 *   <li>depths keep their metres when a photo is enlarged: the camera did not move;
 *   <li>boxes are cut off at the photo's edges; one that keeps less than {@link #MIN_VISIBLE} of its area in a step, or a
 *       side below one pixel, is dropped;
 *   <li>what lies outside of the photo is black, labelled {@link #ignored()}, and without depth.
 * </ul>
 *
 * <p>Labels may be any numbers: classes, or ids of segments. Immutable by contract and safe to share between threads; arrays
 * are not copied on the way in or out, as in {@link RgbImage}.
 */
public final class Scene {
    /** The usual label of pixels that do not count, and of padding. */
    public static final int IGNORED = 255;
    /** Share of a box's area that has to stay in sight in a step. */
    public static final double MIN_VISIBLE = 0.1;

    private final RgbImage photo;
    private final int @Nullable [] labels;
    private final int ignored;
    private final Optional<DepthFrame> depth;
    private final List<LabelledBox> boxes;
    private final Box content;

    private Scene(
            RgbImage photo,
            int @Nullable [] labels,
            int ignored,
            Optional<DepthFrame> depth,
            List<LabelledBox> boxes,
            Box content) {
        this.photo = photo;
        this.labels = labels;
        this.ignored = ignored;
        this.depth = depth;
        this.boxes = List.copyOf(boxes);
        this.content = content;
    }

    /** A photo of which nothing is known. */
    public static Scene of(RgbImage photo) {
        return new Scene(
                photo, null, IGNORED, Optional.empty(), List.of(), new Box(0, 0, photo.width(), photo.height()));
    }

    /**
     * With a label for each pixel.
     *
     * @param labels [height * width], row by row; the array belongs to the scene from now on
     * @param ignored the label of pixels that do not count, which padding gets
     * @throws IllegalArgumentException if there is not one a pixel
     */
    public Scene withLabels(int[] labels, int ignored) {
        if (labels.length != width() * height()) {
            throw new IllegalArgumentException("the photo has " + width() + " x " + height() + " pixels, its mask "
                    + labels.length + " labels; a mask has one label for each pixel of its photo");
        }
        return new Scene(photo, labels, ignored, depth, boxes, content);
    }

    /**
     * With a depth for each pixel.
     *
     * @throws IllegalArgumentException if it has another size than the photo
     */
    public Scene withDepth(DepthFrame frame) {
        if (frame.width() != width() || frame.height() != height()) {
            throw new IllegalArgumentException("the photo is " + width() + " x " + height() + " pixels, its depth "
                    + frame.width() + " x " + frame.height() + "; register the depth to the photo first");
        }
        return new Scene(photo, labels, ignored, Optional.of(frame), boxes, content);
    }

    /** With boxes around objects, in pixels of the photo; as they are, even if they leave it. */
    public Scene withBoxes(List<LabelledBox> boxes) {
        return new Scene(photo, labels, ignored, depth, boxes, content);
    }

    /**
     * The same with another photo of the same size, for changes of colour.
     *
     * @throws IllegalArgumentException if the size differs
     */
    public Scene withPhoto(RgbImage other) {
        if (other.width() != width() || other.height() != height()) {
            throw new IllegalArgumentException("a photo of " + other.width() + " x " + other.height()
                    + " cannot take the place of one of " + width() + " x " + height() + "; resize the scene instead");
        }
        return new Scene(other, labels, ignored, depth, boxes, content);
    }

    public RgbImage photo() {
        return photo;
    }

    public int width() {
        return photo.width();
    }

    public int height() {
        return photo.height();
    }

    /** Labels [height * width], row by row. Not to be modified. */
    public Optional<int[]> labels() {
        return Optional.ofNullable(labels);
    }

    /** The label of pixels that do not count. */
    public int ignored() {
        return ignored;
    }

    public Optional<DepthFrame> depth() {
        return depth;
    }

    public List<LabelledBox> boxes() {
        return boxes;
    }

    /** The part that shows the photo that the scene was made with; around it lies padding. */
    public Box content() {
        return content;
    }

    /**
     * The photo as a model sees it: {@code (value / 255 - mean) / std}, [3, height, width]. Padding is 0, as where it is
     * added after the normalisation.
     */
    public float[] values(Normalisation normalisation) {
        return Values.of(this, normalisation);
    }

    /** Resized to exactly this size; the photo as Pillow does it. */
    public Scene resized(int height, int width, Interpolation interpolation) {
        if (height == height() && width == width()) {
            return this;
        }
        double scaleX = (double) width / width();
        double scaleY = (double) height / height();
        RgbImage resized = Resize.pillow(photo, height, width, interpolation);
        Nearest nearest =
                labels == null && depth.isEmpty() ? Nearest.NONE : Nearest.resizing(height(), width(), height, width);
        return new Scene(
                resized,
                labels == null ? null : nearest.labels(labels, ignored),
                ignored,
                depth.map(nearest::depth),
                moved(width, height, box -> box.scaled(scaleX, scaleY)),
                content.scaled(scaleX, scaleY));
    }

    /**
     * Cuts out a rectangle, which may leave the photo: there the scene is padded.
     *
     * @param x column at which it begins, may be negative
     * @param y row at which it begins, may be negative
     */
    public Scene cropped(int x, int y, int width, int height) {
        if (x == 0 && y == 0 && width == width() && height == height()) {
            return this;
        }
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a crop needs at least 1 x 1 pixel, found " + width + " x " + height);
        }
        Window window = new Window(x, y, width, height, width(), height());
        return new Scene(
                RgbImage.of(width, height, window.photo(photo.rgb())),
                labels == null ? null : window.labels(labels, ignored),
                ignored,
                depth.map(window::depth),
                moved(width, height, box -> box.shifted(-x, -y)),
                content.shifted(-x, -y).clip(width, height));
    }

    /** Mirrored, left and right. */
    public Scene mirrored() {
        int w = width();
        Nearest nearest = labels == null && depth.isEmpty() ? Nearest.NONE : Nearest.mirroring(height(), w);
        return new Scene(
                RgbImage.of(w, height(), Window.mirrored(photo.rgb(), w, height())),
                labels == null ? null : nearest.labels(labels, ignored),
                ignored,
                depth.map(nearest::depth),
                moved(w, height(), box -> mirrored(box, w)),
                mirrored(content, w));
    }

    private static Box mirrored(Box box, double width) {
        return new Box(width - box.x1(), box.y0(), width - box.x0(), box.y1());
    }

    /**
     * Turned about its centre, the size kept: photo bilinear, corners that nothing shows black. A box becomes the one around
     * its turned corners, so it grows.
     *
     * @param degrees counterclockwise as one looks at the photo
     */
    public Scene turned(double degrees) {
        if (degrees == 0) {
            return this;
        }
        Turn turn = new Turn(width(), height(), degrees);
        Nearest nearest = labels == null && depth.isEmpty() ? Nearest.NONE : turn.nearest();
        return new Scene(
                turn.photo(photo),
                labels == null ? null : nearest.labels(labels, ignored),
                ignored,
                depth.map(nearest::depth),
                moved(width(), height(), turn::box),
                content);
    }

    private List<LabelledBox> moved(int width, int height, UnaryOperator<Box> move) {
        if (boxes.isEmpty()) {
            return boxes;
        }
        return boxes.stream()
                .<LabelledBox>mapMulti((labelled, out) -> {
                    Box moved = move.apply(labelled.box());
                    Box inside = moved.clip(width, height);
                    if (inside.width() >= 1 && inside.height() >= 1 && inside.area() >= MIN_VISIBLE * moved.area()) {
                        out.accept(labelled.at(inside));
                    }
                })
                .toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scene s
                && s.width() == width()
                && Arrays.equals(s.photo.rgb(), photo.rgb())
                && Arrays.equals(s.labels, labels)
                && s.ignored == ignored
                && s.depth.equals(depth)
                && s.boxes.equals(boxes)
                && s.content.equals(content);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(photo.rgb()) + boxes.hashCode();
    }

    @Override
    public String toString() {
        return "Scene[" + width() + " x " + height() + (labels == null ? "" : ", labels")
                + (depth.isPresent() ? ", depth" : "") + (boxes.isEmpty() ? "" : ", " + boxes.size() + " boxes") + "]";
    }
}
