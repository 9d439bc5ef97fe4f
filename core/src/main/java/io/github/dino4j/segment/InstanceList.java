package io.github.dino4j.segment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.visual.AreaPicture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The objects of a photo, each with a mask of its own; masks may overlap. The result of instance segmentation.
 *
 * @param width of the photo
 * @param height of the photo
 */
public record InstanceList(int width, int height, ClassList classes, List<Instance> instances) {
    public InstanceList {
        instances = List.copyOf(instances);
        for (int i = 0; i < instances.size(); i++) {
            Instance one = instances.get(i);
            if (one.mask().width() != width || one.mask().height() != height) {
                throw new IllegalArgumentException("the mask of instance " + i + " is "
                        + one.mask().width() + " x " + one.mask().height() + ", the photo " + width + " x " + height);
            }
            if (one.category() < 0 || one.category() >= classes.size()) {
                throw new IllegalArgumentException("instance " + i + " is of class " + one.category() + ", but "
                        + classes.name() + " has 0 to " + (classes.size() - 1));
            }
        }
    }

    /**
     * Each object in a shade of its class's colour over the photo, with a thin border, and to the right the objects with
     * their scores, best first. Where masks overlap, the better score lies on top.
     *
     * @throws IllegalArgumentException if the photo has another size
     */
    public RgbImage overlay(RgbImage photo) {
        Drawing.requireSize(photo, width, height, "the masks are");
        List<Instance> sorted = new ArrayList<>(instances);
        sorted.sort(Comparator.comparingDouble(Instance::score).reversed());
        List<AreaPicture.Area> legend = new ArrayList<>();
        Drawing.Objects objects =
                new Drawing.Objects(classes, instances.stream().mapToInt(Instance::category));
        int[] areas = new int[width * height];
        Arrays.fill(areas, AreaPicture.NONE);
        for (Instance one : sorted) {
            boolean[] mask = one.mask().mask();
            for (int i = 0; i < mask.length; i++) {
                if (mask[i] && areas[i] == AreaPicture.NONE) {
                    areas[i] = legend.size();
                }
            }
            legend.add(objects.next(one.category(), one.score()));
        }
        return AreaPicture.withLegend(AreaPicture.over(photo, areas, legend, Drawing.OPACITY), legend);
    }

    /** Writes {@link #toJson()}; the file appears whole or not at all. */
    public void writeJson(Path file) throws IOException {
        CocoJson.write(file, toJson());
    }

    /**
     * COCO's form: {@code width}, {@code height}, and under {@code segments} for each object {@code category_id} (index
     * into the class list), {@code category}, {@code segmentation} (RLE), {@code area} in pixels, {@code bbox} [x, y,
     * width, height] and {@code score}.
     */
    public ObjectNode toJson() {
        ObjectNode json = CocoJson.photo(width, height, classes);
        ArrayNode segments = json.putArray("segments");
        for (Instance one : instances) {
            segments.add(CocoJson.segment(one.category(), classes, one.mask(), one.box(), one.score()));
        }
        return json;
    }

    @Override
    public String toString() {
        return "InstanceList[" + width + " x " + height + ", " + instances.size() + " instances]";
    }
}
