package io.github.dino4j.detect;

import io.github.dino4j.image.Box;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What was found and what is there of one class in one image, and which belongs to which.
 *
 * @param found at most 100, the surest first; of equal scores the one given first
 */
record CocoMatch(List<TrueBox> truths, List<Detection> found) {
    /**
     * The outcome at one IoU.
     *
     * @param right which of what was found has an object
     * @param ignored which of it does not count
     * @param objects how many count
     */
    @SuppressWarnings("ArrayRecordComponent") // summed up, never compared
    record Outcome(boolean[] right, boolean[] ignored, int objects) {}

    static CocoMatch of(List<TrueBox> truths, List<Detection> found, int most) {
        List<Detection> sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparing(Detection::score).reversed());
        return new CocoMatch(truths, List.copyOf(sorted.subList(0, Math.min(most, sorted.size()))));
    }

    /**
     * Gives each of what was found, the surest first, the free object that it covers best, if it covers it by {@code
     * threshold} or more. Objects that do not count (crowds, those of other areas) are given only where none that counts
     * would do, and crowds any number of times. Of objects covered alike the later one is taken.
     *
     * @param least area that counts
     * @param most area that counts
     */
    Outcome outcome(double threshold, double least, double most) {
        List<TrueBox> order = new ArrayList<>();
        truths.stream().filter(t -> counts(t, least, most)).forEach(order::add);
        int objects = order.size();
        truths.stream().filter(t -> !counts(t, least, most)).forEach(order::add);
        boolean[] taken = new boolean[order.size()];
        Outcome outcome = new Outcome(new boolean[found.size()], new boolean[found.size()], objects);
        for (int d = 0; d < found.size(); d++) {
            Box box = found.get(d).box();
            double best = Math.min(threshold, 1 - 1e-10);
            int match = -1;
            for (int t = 0; t < order.size(); t++) {
                if (taken[t] && !order.get(t).crowd()) {
                    continue;
                }
                if (match >= 0 && match < objects && t >= objects) {
                    break;
                }
                double overlap = overlap(box, order.get(t));
                if (overlap >= best) {
                    best = overlap;
                    match = t;
                }
            }
            if (match >= 0) {
                taken[match] = true;
                outcome.right[d] = true;
                outcome.ignored[d] = match >= objects;
            } else {
                outcome.ignored[d] = box.area() < least || box.area() > most;
            }
        }
        return outcome;
    }

    private static boolean counts(TrueBox truth, double least, double most) {
        return !truth.crowd() && truth.area() >= least && truth.area() <= most;
    }

    /** Intersection over union; of a crowd over the found box alone, since it may be any member of it. */
    private static double overlap(Box found, TrueBox truth) {
        double both = found.intersection(truth.box());
        double whole = truth.crowd() ? found.area() : found.area() + truth.box().area() - both;
        return whole > 0 ? both / whole : 0;
    }
}
