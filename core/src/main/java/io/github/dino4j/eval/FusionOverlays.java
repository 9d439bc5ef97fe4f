package io.github.dino4j.eval;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.visual.AreaPicture;
import io.github.dino4j.visual.Montage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Maps of one photo side by side, with one legend that gives the share of each class in each of them. */
final class FusionOverlays {
    private static final int WIDTH = 820;
    private static final int MOST_ENTRIES = 16;
    private static final double OPACITY = 0.55;

    private FusionOverlays() {}

    static RgbImage of(RgbImage photo, List<String> captions, List<SegmentMap> maps) {
        ClassList classes = maps.get(0).classes();
        List<AreaPicture.Area> all = IntStream.range(0, classes.size())
                .mapToObj(k -> new AreaPicture.Area(classes.nameOf(k), classes.colourOf(k), ""))
                .toList();
        Montage montage = Montage.ofColumns(maps.size()).fillWidth(WIDTH);
        Map<Integer, double[]> shares = new TreeMap<>();
        for (int i = 0; i < maps.size(); i++) {
            int[] areas = new int[photo.width() * photo.height()];
            short[] labels = maps.get(i).labels();
            for (int at = 0; at < areas.length; at++) {
                areas[at] = labels[at]; // SegmentMap.NONE is AreaPicture.NONE
            }
            montage.add(AreaPicture.over(photo, areas, all, OPACITY), captions.get(i));
            for (SegmentMap.Share share : maps.get(i).shares()) {
                shares.computeIfAbsent(share.category(), k -> new double[maps.size()])[i] = share.fraction();
            }
        }
        return AreaPicture.withLegend(montage.render(), legend(all, shares));
    }

    /** The classes that take most, both maps together. */
    private static List<AreaPicture.Area> legend(List<AreaPicture.Area> all, Map<Integer, double[]> shares) {
        List<AreaPicture.Area> legend = new ArrayList<>();
        shares.entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> -sum(entry.getValue())))
                .limit(MOST_ENTRIES)
                .forEach(entry -> {
                    AreaPicture.Area area = all.get(entry.getKey());
                    legend.add(new AreaPicture.Area(area.name(), area.colour(), note(entry.getValue())));
                });
        return legend;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    private static String note(double[] shares) {
        List<String> texts = new ArrayList<>();
        for (double share : shares) {
            texts.add(String.format(Locale.ROOT, "%.1f %%", 100 * share));
        }
        return String.join(" / ", texts);
    }
}
