package io.github.dino4j.segment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * A mask as COCO writes it: lengths of runs down the columns, left to right, of pixels outside and inside in turn; the
 * first run is outside and may be empty. Immutable.
 *
 * <p>The compressed form turns each length, from the fourth on less the one two before it, into groups of five bits, low
 * ones first; a sixth bit says that more follow, 48 makes it a printable character.
 */
public final class Rle {
    private static final int FIRST_DIFFERENCE = 3; // lengths 0 to 2 stand as they are

    private final int width;
    private final int height;
    private final int[] counts;

    private Rle(int width, int height, int[] counts) {
        this.width = width;
        this.height = height;
        this.counts = counts;
    }

    /** The pixels of {@code mask} [height * width], row by row. */
    public static Rle of(int width, int height, boolean[] mask) {
        requireSize(width, height);
        if (mask.length != width * height) {
            throw new IllegalArgumentException(mask.length + " pixels do not make a mask of " + width + " x " + height);
        }
        Rle inside = each(width, height, i -> mask[i] ? 1 : 0).get(1);
        return inside == null ? new Rle(width, height, new int[] {width * height}) : inside;
    }

    /**
     * A mask by its run lengths.
     *
     * @throws IllegalArgumentException if they do not add up to the picture
     */
    public static Rle ofCounts(int width, int height, int... counts) {
        requireSize(width, height);
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] < 0) {
                throw new IllegalArgumentException("run " + i + " of a mask is " + counts[i] + " pixels long");
            }
            sum += counts[i];
        }
        if (sum != (long) width * height) {
            throw new IllegalArgumentException("the runs of a mask hold " + sum + " pixels, but its size is [" + height
                    + ", " + width + "] = " + (long) width * height + ". Check that size is [height, width].");
        }
        return new Rle(width, height, counts.clone());
    }

    /**
     * Reads the compressed form.
     *
     * @throws IllegalArgumentException if it is not one, or not of this size
     */
    public static Rle parse(int width, int height, String encoded) {
        requireSize(width, height);
        List<Integer> counts = new ArrayList<>();
        for (int at = 0; at < encoded.length(); ) {
            long value = 0;
            int shift = 0;
            int group;
            do {
                if (at == encoded.length()) {
                    throw new IllegalArgumentException("the compressed mask '" + shortened(encoded)
                            + "' ends within a number; it was cut off, copy it again");
                }
                group = encoded.charAt(at) - 48;
                if (group < 0 || group > 63 || shift > 30) {
                    throw new IllegalArgumentException("the compressed mask '" + shortened(encoded)
                            + "' is not COCO's run-length code: '" + encoded.charAt(at) + "' at character " + at
                            + (shift > 30 ? " makes too long a number" : " is not in '0'..'o'"));
                }
                at++;
                value |= (long) (group & 0x1f) << shift;
                shift += 5;
            } while ((group & 0x20) != 0);
            if ((group & 0x10) != 0) {
                value |= -1L << shift;
            }
            if (counts.size() >= FIRST_DIFFERENCE) {
                value += counts.get(counts.size() - 2);
            }
            if (value < 0 || value > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "the compressed mask '" + shortened(encoded) + "' is not COCO's run-length code: run "
                                + counts.size() + " would be " + value + " pixels long");
            }
            counts.add((int) value);
        }
        return ofCounts(width, height, counts.stream().mapToInt(i -> i).toArray());
    }

    /**
     * The mask of every label that occurs, in one pass over the picture.
     *
     * @param labelAt the label of pixel i, counted row by row
     */
    static Map<Integer, Rle> each(int width, int height, IntUnaryOperator labelAt) {
        requireSize(width, height);
        int pixels = width * height;
        Map<Integer, Runs> open = new TreeMap<>();
        int start = 0;
        int label = labelAt.applyAsInt(0);
        for (int x = 0, at = 0; x < width; x++) {
            for (int i = x; i < pixels; i += width, at++) {
                int next = labelAt.applyAsInt(i);
                if (next != label) {
                    open.computeIfAbsent(label, l -> new Runs()).add(start, at);
                    start = at;
                    label = next;
                }
            }
        }
        open.computeIfAbsent(label, l -> new Runs()).add(start, pixels);
        Map<Integer, Rle> masks = new TreeMap<>();
        open.forEach((l, runs) -> masks.put(l, new Rle(width, height, runs.upTo(pixels))));
        return masks;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** The run lengths: outside, inside, outside, ... A copy. */
    public int[] counts() {
        return counts.clone();
    }

    /** The compressed form, COCO's {@code counts} where it is a string. */
    public String encoded() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < counts.length; i++) {
            long value = i < FIRST_DIFFERENCE ? counts[i] : (long) counts[i] - counts[i - 2];
            boolean more;
            do {
                int group = (int) (value & 0x1f);
                value >>= 5;
                more = (group & 0x10) != 0 ? value != -1 : value != 0; // the fifth bit is the sign where none follow
                text.append((char) ((more ? group | 0x20 : group) + 48));
            } while (more);
        }
        return text.toString();
    }

    /** The pixels [height * width], row by row. */
    public boolean[] mask() {
        boolean[] mask = new boolean[width * height];
        int at = 0;
        for (int i = 0; i < counts.length; at += counts[i++]) {
            for (int k = at; i % 2 == 1 && k < at + counts[i]; k++) {
                mask[k % height * width + k / height] = true;
            }
        }
        return mask;
    }

    /** How many pixels are inside. */
    public int area() {
        return IntStream.range(0, counts.length)
                .filter(i -> i % 2 == 1)
                .map(i -> counts[i])
                .sum();
    }

    /** The smallest box that holds the mask; 0 x 0 at (0, 0) where it is empty. */
    public PixelBox box() {
        int left = width;
        int right = -1;
        int top = height;
        int bottom = -1;
        int at = 0;
        for (int i = 0; i < counts.length; at += counts[i++]) {
            if (i % 2 == 0 || counts[i] == 0) {
                continue;
            }
            int last = at + counts[i] - 1;
            boolean turns = at / height != last / height; // runs on into the next column
            left = Math.min(left, at / height);
            right = Math.max(right, last / height);
            top = Math.min(top, turns ? 0 : at % height);
            bottom = Math.max(bottom, turns ? height - 1 : last % height);
        }
        return right < 0 ? new PixelBox(0, 0, 0, 0) : new PixelBox(left, top, right - left + 1, bottom - top + 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rle rle
                && rle.width == width
                && rle.height == height
                && Arrays.equals(rle.counts, counts);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return "Rle[" + width + " x " + height + ", " + shortened(encoded()) + "]";
    }

    private static void requireSize(int width, int height) {
        if (width < 1 || height < 1 || (long) width * height > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a mask has 1 to " + Integer.MAX_VALUE + " pixels, found " + width + " x " + height);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 37) + "...";
    }

    /** The runs of one label so far. */
    private static final class Runs {
        private int[] counts = new int[16];
        private int size;
        private int end;

        /** A run of pixels from {@code from} to before {@code to}, which lies behind the ones before. */
        private void add(int from, int to) {
            if (size + 2 > counts.length) {
                counts = Arrays.copyOf(counts, 2 * counts.length);
            }
            counts[size++] = from - end;
            counts[size++] = to - from;
            end = to;
        }

        private int[] upTo(int pixels) {
            int[] all = Arrays.copyOf(counts, end < pixels ? size + 1 : size);
            if (end < pixels) {
                all[size] = pixels - end;
            }
            return all;
        }
    }
}
