package io.github.dino4j.data;

import io.github.dino4j.predict.ClassList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was found when every file of a set was read.
 *
 * @param set its name
 * @param examples how many were looked at
 * @param parts what is known of the photos, in words
 * @param bad files that cannot be used, in the order of the set
 * @param sizes how many photos have which size, {@code "480 x 360"} (width x height)
 * @param classes what is counted below, if there are any
 * @param photosOf for each class the number of photos that show it
 * @param pixelsOf for each class the number of pixels that masks give it; zeros without masks
 * @param boxesOf for each class the number of boxes; zeros without boxes
 * @param ignoredPixels pixels of masks that do not count
 * @param nearest smallest measured depth in metres, NaN without depth
 * @param farthest largest measured depth in metres, NaN without depth
 * @param measured share of pixels with depth, NaN without depth
 */
public record DataReport(
        String set,
        int examples,
        String parts,
        List<BadFile> bad,
        Map<String, Integer> sizes,
        Optional<ClassList> classes,
        List<Long> photosOf,
        List<Long> pixelsOf,
        List<Long> boxesOf,
        long ignoredPixels,
        double nearest,
        double farthest,
        double measured) {
    private static final int LISTED = 6;

    public DataReport {
        bad = List.copyOf(bad);
        sizes = new TreeMap<>(sizes);
        photosOf = List.copyOf(photosOf);
        pixelsOf = List.copyOf(pixelsOf);
        boxesOf = List.copyOf(boxesOf);
    }

    public boolean passed() {
        return bad.isEmpty();
    }

    /**
     * This report, if nothing is bad.
     *
     * @throws DataSetException naming every bad file
     */
    public DataReport require() {
        if (!passed()) {
            throw new DataSetException(
                    set + ": " + bad.size() + (bad.size() == 1 ? " finding" : " findings") + " in " + examples
                            + " examples, nothing was begun. Repair the files, or take them out of the set:",
                    bad);
        }
        return this;
    }

    /** Classes that no photo shows; a model cannot learn them. */
    public List<String> missingClasses() {
        List<String> missing = new ArrayList<>();
        classes.ifPresent(list -> {
            for (int k = 0; k < list.size(); k++) {
                if (photosOf.get(k) == 0) {
                    missing.add(list.nameOf(k));
                }
            }
        });
        return missing;
    }

    /** A few lines for people: sizes, classes, depth. */
    public String table() {
        StringBuilder out = new StringBuilder(
                String.format(Locale.ROOT, "%s: %d examples (%s), %d bad%n", set, examples, parts, bad.size()));
        String most = sizes.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(LISTED)
                .map(size -> size.getKey() + " (" + size.getValue() + ")")
                .collect(Collectors.joining(", "));
        out.append(String.format("photos: %s%s%n", most, sizes.size() > LISTED ? ", and other sizes" : ""));
        if (!Double.isNaN(measured)) {
            out.append(String.format(
                    Locale.ROOT,
                    "depth: %.2f to %.2f m, %.1f %% of the pixels measured%n",
                    nearest,
                    farthest,
                    100 * measured));
        }
        classes.ifPresent(list -> addClasses(out, list));
        return out.toString();
    }

    private void addClasses(StringBuilder out, ClassList list) {
        long pixels = pixelsOf.stream().mapToLong(count -> count).sum();
        long boxes = boxesOf.stream().mapToLong(count -> count).sum();
        int wide = list.names().stream().mapToInt(String::length).max().orElse(0);
        for (int k = 0; k < list.size(); k++) {
            out.append(String.format("  %-" + wide + "s %7d photos", list.nameOf(k), photosOf.get(k)));
            if (pixels > 0) {
                out.append(String.format(Locale.ROOT, " %6.2f %% of pixels", 100.0 * pixelsOf.get(k) / pixels));
            }
            if (boxes > 0) {
                out.append(String.format(" %7d boxes", boxesOf.get(k)));
            }
            out.append(System.lineSeparator());
        }
        if (ignoredPixels > 0) {
            out.append(String.format(
                    Locale.ROOT,
                    "  %.2f %% of all pixels do not count%n",
                    100.0 * ignoredPixels / (pixels + ignoredPixels)));
        }
    }
}
