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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A segment for every pixel of a photo: each object for itself, stuff class by class ("Panoptic Segmentation",
 * arXiv:1801.00868). Immutable; arrays are taken over on the way in and copied on the way out.
 */
public final class PanopticMap {
    /** The id of a pixel that belongs to no segment. */
    public static final int NONE = 0;

    private final int width;
    private final int height;
    private final int[] ids;
    private final ClassList classes;
    private final List<Segment> segments;

    private PanopticMap(int width, int height, int[] ids, ClassList classes, List<Segment> segments) {
        this.width = width;
        this.height = height;
        this.ids = ids;
        this.classes = classes;
        this.segments = segments;
    }

    /** What a model says of a segment; its area and box follow from the map. */
    public record Label(int id, int category, float score, boolean thing) {}

    /**
     * Takes the array over. Labels without a pixel are dropped.
     *
     * @param width of the photo
     * @param height of the photo
     * @param ids [height * width], row by row: {@link #NONE} or the id of a label, at most 0xffffff
     * @throws IllegalArgumentException if the size does not fit, an id has no label or two, or a category is no class
     */
    public static PanopticMap of(int width, int height, int[] ids, ClassList classes, List<Label> labels) {
        if (width < 1 || height < 1 || ids.length != (long) width * height) {
            throw new IllegalArgumentException(ids.length + " ids do not make a map of " + width + " x " + height);
        }
        Map<Integer, Extent> extents = new LinkedHashMap<>();
        for (Label label : labels) {
            if (label.id() <= NONE || label.id() > 0xffffff) {
                throw new IllegalArgumentException(
                        "a segment's id lies in 1..16777215 (COCO writes it as a colour), found " + label.id());
            }
            if (label.category() < 0 || label.category() >= classes.size()) {
                throw new IllegalArgumentException("segment " + label.id() + " is of class " + label.category()
                        + ", but " + classes.name() + " has 0 to " + (classes.size() - 1));
            }
            if (extents.put(label.id(), new Extent()) != null) {
                throw new IllegalArgumentException("segment " + label.id() + " is labelled twice");
            }
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] != NONE) {
                Extent extent = extents.get(ids[i]);
                if (extent == null) {
                    throw new IllegalArgumentException(
                            "pixel (" + i % width + ", " + i / width + ") has id " + ids[i] + ", which has no label");
                }
                extent.add(i % width, i / width);
            }
        }
        List<Segment> segments = new ArrayList<>();
        for (Label label : labels) {
            Extent extent = extents.get(label.id());
            if (extent != null && extent.area > 0) {
                segments.add(new Segment(
                        label.id(), label.category(), label.score(), label.thing(), extent.area, extent.box()));
            }
        }
        return new PanopticMap(width, height, ids, classes, List.copyOf(segments));
    }

    /** Columns of the photo. */
    public int width() {
        return width;
    }

    /** Rows of the photo. */
    public int height() {
        return height;
    }

    public ClassList classes() {
        return classes;
    }

    /** The segment in column x, row y, or {@link #NONE}. */
    public int id(int x, int y) {
        if (x < 0 || x >= width || y < 0 || y >= height) {
            throw new IndexOutOfBoundsException("pixel (" + x + ", " + y + ") of a map " + width + " x " + height);
        }
        return ids[y * width + x];
    }

    /** All ids [height * width], row by row; a copy. */
    public int[] ids() {
        return ids.clone();
    }

    /** The segments that have pixels, in the order they were given. */
    public List<Segment> segments() {
        return segments;
    }

    /**
     * The pixels of a segment.
     *
     * @throws IllegalArgumentException if there is none with this id
     */
    public Rle rle(int id) {
        if (segments.stream().noneMatch(segment -> segment.id() == id)) {
            throw new IllegalArgumentException("no segment " + id + " in the map; it has "
                    + segments.stream().map(Segment::id).toList());
        }
        boolean[] mask = new boolean[ids.length];
        for (int i = 0; i < ids.length; i++) {
            mask[i] = ids[i] == id;
        }
        return Rle.of(width, height, mask);
    }

    /**
     * Each segment in a shade of its class's colour over the photo, thin borders between them, and to the right the
     * segments, largest first, with their share of the photo.
     *
     * @throws IllegalArgumentException if the photo has another size
     */
    public RgbImage overlay(RgbImage photo) {
        Drawing.requireSize(photo, width, height, "its map");
        List<AreaPicture.Area> legend = new ArrayList<>();
        Map<Integer, Integer> entry = new HashMap<>();
        Drawing.Objects objects = new Drawing.Objects(classes, segments.stream().mapToInt(Segment::category));
        List<Segment> sorted = new ArrayList<>(segments);
        sorted.sort(Comparator.comparingInt(Segment::area).reversed());
        for (Segment segment : sorted) {
            entry.put(segment.id(), legend.size());
            legend.add(objects.next(segment.category(), (double) segment.area() / ids.length));
        }
        int[] areas = new int[ids.length];
        Arrays.setAll(areas, i -> entry.getOrDefault(ids[i], AreaPicture.NONE));
        return AreaPicture.withLegend(AreaPicture.over(photo, areas, legend, Drawing.OPACITY), legend);
    }

    /**
     * Writes the ids as COCO's panoptic PNG, 8-bit RGB with id = R + 256 G + 65536 B; the file appears whole or not at
     * all.
     */
    public void writePng(Path file) throws IOException {
        byte[] rgb = new byte[3 * ids.length];
        for (int i = 0; i < ids.length; i++) {
            Drawing.put(rgb, i, (ids[i] & 0xff) << 16 | (ids[i] & 0xff00) | ids[i] >> 16);
        }
        RgbImage.of(width, height, rgb).writePng(file);
    }

    /** Writes {@link #toJson()}; the file appears whole or not at all. */
    public void writeJson(Path file) throws IOException {
        CocoJson.write(file, toJson());
    }

    /**
     * COCO's panoptic form: {@code width}, {@code height}, and under {@code segments_info} for each segment {@code id},
     * {@code category_id} (index into the class list), {@code category}, {@code isthing}, {@code area} in pixels,
     * {@code bbox} [x, y, width, height], {@code score} and {@code iscrowd} 0. The pixels stand in {@link #writePng}.
     */
    public ObjectNode toJson() {
        ObjectNode json = CocoJson.photo(width, height, classes);
        ArrayNode infos = json.putArray("segments_info");
        for (Segment segment : segments) {
            ObjectNode info = infos.addObject();
            info.put("id", segment.id());
            info.put("category_id", segment.category());
            info.put("category", classes.nameOf(segment.category()));
            info.put("isthing", segment.thing() ? 1 : 0);
            info.put("area", segment.area());
            CocoJson.putBox(info, segment.box());
            info.put("score", segment.score());
            info.put("iscrowd", 0);
        }
        return json;
    }

    @Override
    public String toString() {
        return "PanopticMap[" + width + " x " + height + ", " + segments.size() + " segments]";
    }

    /** Pixels and box of a segment, while they are counted. */
    private static final class Extent {
        private int area;
        private int left = Integer.MAX_VALUE;
        private int top = Integer.MAX_VALUE;
        private int right = -1;
        private int bottom = -1;

        private void add(int x, int y) {
            area++;
            left = Math.min(left, x);
            top = Math.min(top, y);
            right = Math.max(right, x);
            bottom = Math.max(bottom, y);
        }

        private PixelBox box() {
            return new PixelBox(left, top, right - left + 1, bottom - top + 1);
        }
    }
}
