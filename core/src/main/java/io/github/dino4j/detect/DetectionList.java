package io.github.dino4j.detect;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.export.Atomically;
import io.github.dino4j.image.Box;
import io.github.dino4j.image.Geometry;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.visual.BoxPicture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/**
 * The objects of a photo, the surest first. The result of detection.
 *
 * @param width of the photo
 * @param height of the photo
 */
public record DetectionList(int width, int height, ClassList classes, List<Detection> detections) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public DetectionList {
        detections = List.copyOf(detections);
        for (Detection one : detections) {
            if (one.category() >= classes.size()) {
                throw new IllegalArgumentException("a detection is of class " + one.category() + ", but "
                        + classes.name() + " has 0 to " + (classes.size() - 1));
            }
        }
    }

    /**
     * The best answers about one image of a batch, in the photo's own pixels, cut to the photo. A query may give several, as
     * several classes.
     *
     * @param b which image
     * @param geometry of the image, which leads back to the photo
     */
    public static DetectionList of(
            BoxPrediction answer, int b, Geometry geometry, ClassList classes, DetectionOptions options) {
        Found found = Found.best(answer, b, options.most());
        float[] corners = found.corners(geometry.width(), geometry.height(), 1, 1);
        int width = geometry.sourceWidth();
        int height = geometry.sourceHeight();
        List<Detection> detections = new ArrayList<>();
        for (int i = 0; i < found.size() && found.scores()[i] >= options.leastScore(); i++) {
            double x0 = geometry.toSourceX(corners[4 * i]);
            double y0 = geometry.toSourceY(corners[4 * i + 1]);
            double x1 = geometry.toSourceX(corners[4 * i + 2]);
            double y1 = geometry.toSourceY(corners[4 * i + 3]);
            Box box = new Box(x0, y0, Math.max(x0, x1), Math.max(y0, y1)).clip(width, height);
            detections.add(new Detection(box, found.categories()[i], found.scores()[i]));
        }
        return new DetectionList(width, height, classes, detections);
    }

    /** Those of which the model is at least so sure. */
    public DetectionList atLeast(double score) {
        return new DetectionList(
                width,
                height,
                classes,
                detections.stream().filter(d -> d.score() >= score).toList());
    }

    /**
     * The boxes over the photo, each in its class's colour with its name and score; the surest lie on top.
     *
     * @throws IllegalArgumentException if the photo has another size
     */
    public RgbImage overlay(RgbImage photo) {
        if (photo.width() != width || photo.height() != height) {
            throw new IllegalArgumentException(
                    "the photo is " + photo.width() + " x " + photo.height() + ", the detections are of one of " + width
                            + " x " + height + "; give the photo that was looked at");
        }
        List<BoxPicture.Mark> marks = new ArrayList<>();
        for (Detection one : detections) {
            String label =
                    String.format(Locale.ROOT, "%s %.0f %%", classes.nameOf(one.category()), 100.0 * one.score());
            marks.add(0, new BoxPicture.Mark(one.box(), classes.colourOf(one.category()), label));
        }
        return BoxPicture.over(photo, marks);
    }

    /**
     * {@code width}, {@code height}, {@code classes}, and under {@code detections} for each object {@code category_id}
     * (index into the class list), {@code category}, {@code bbox} [x, y, width, height] and {@code score}.
     */
    public ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode()
                .put("width", width)
                .put("height", height)
                .put("classes", classes.name());
        ArrayNode list = json.putArray("detections");
        for (Detection one : detections) {
            ObjectNode row =
                    list.addObject().put("category_id", one.category()).put("category", classes.nameOf(one.category()));
            putBox(row, one.box()).put("score", one.score());
        }
        return json;
    }

    /**
     * Rows of a COCO result file: {@code image_id}, {@code category_id}, {@code bbox}, {@code score}. Rows of several photos
     * in one array are what COCO's evaluation reads.
     *
     * @param imageId the photo's number in the annotation file
     * @param categoryIds the category's number in the annotation file for each class, such as {@link CocoClasses#id}
     */
    public ArrayNode toCocoResults(long imageId, IntUnaryOperator categoryIds) {
        ArrayNode rows = JSON.createArrayNode();
        for (Detection one : detections) {
            ObjectNode row = rows.addObject()
                    .put("image_id", imageId)
                    .put("category_id", categoryIds.applyAsInt(one.category()));
            putBox(row, one.box()).put("score", one.score());
        }
        return rows;
    }

    /** Writes {@link #toJson()}; the file appears whole or not at all. */
    public void writeJson(Path file) throws IOException {
        Atomically.write(file, temporary -> Files.write(temporary, JSON.writeValueAsBytes(toJson())));
    }

    private static ObjectNode putBox(ObjectNode row, Box box) {
        row.putArray("bbox")
                .add(round(box.x0()))
                .add(round(box.y0()))
                .add(round(box.width()))
                .add(round(box.height()));
        return row;
    }

    /** To thousandths of a pixel, which is more than any detector knows. */
    private static double round(double pixels) {
        return Math.round(pixels * 1000) / 1000.0;
    }

    @Override
    public String toString() {
        return "DetectionList[" + width + " x " + height + ", " + detections.size() + " detections]";
    }
}
