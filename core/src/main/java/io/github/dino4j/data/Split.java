package io.github.dino4j.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a model learns from, and what it is measured on. The two share no photo.
 *
 * @param training to learn from
 * @param validation to measure on
 */
public record Split(TruthSet training, TruthSet validation) {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})-(\\d{1,9})");

    /**
     * @throws IllegalArgumentException if a photo is in both
     */
    public Split {
        Set<Path> seen = training.examples().stream().map(Example::image).collect(Collectors.toSet());
        for (Example example : validation.examples()) {
            if (seen.contains(example.image())) {
                throw new IllegalArgumentException(example.image()
                        + " is in the training set and in the validation set; a model is measured on photos that it"
                        + " has not learnt from");
            }
        }
    }

    /**
     * By two lists, one name a line, with or without the ending (PASCAL VOC's {@code train.txt} and {@code val.txt}).
     *
     * @throws DataSetException naming every line that is no example
     */
    public static Split lists(TruthSet set, Path training, Path validation) {
        return new Split(listed(set, training), listed(set, validation));
    }

    /** The examples that a list names, in its order. */
    public static TruthSet listed(TruthSet set, Path list) {
        Map<String, Example> byName = new HashMap<>();
        for (Example example : set.examples()) {
            byName.put(stem(example.name()), example);
        }
        for (Example example : set.examples()) {
            byName.put(example.name(), example); // a full name goes before a stem
        }
        List<BadFile> bad = new ArrayList<>();
        List<Example> some = new ArrayList<>();
        for (String line : Lines.of(list)) {
            Example example = byName.containsKey(line) ? byName.get(line) : byName.get(stem(line));
            if (example == null) {
                bad.add(new BadFile(list, list + ": '" + line + "' is no example of " + set.name()));
            } else {
                some.add(example);
            }
        }
        if (!bad.isEmpty() || some.isEmpty()) {
            throw new DataSetException(
                    list + (bad.isEmpty() ? ": names no example." : ": " + bad.size() + " lines name no example:"),
                    bad);
        }
        return set.part(", " + stem(String.valueOf(list.getFileName())), some);
    }

    private static String stem(String name) {
        int dot = name.lastIndexOf('.');
        return dot > name.lastIndexOf('/') && dot > 0 ? name.substring(0, dot) : name;
    }

    /**
     * By places in the order of the set, for frames of a film, whose neighbours look alike: {@code "0-149"} and {@code
     * "150-179"}, both ends included.
     *
     * @throws IllegalArgumentException if a text is no range, or leaves the set
     */
    public static Split ranges(TruthSet set, String training, String validation) {
        return new Split(ranged(set, training), ranged(set, validation));
    }

    /** The examples of a range of places, such as {@code "0-149"}. */
    public static TruthSet ranged(TruthSet set, String text) {
        Matcher range = RANGE.matcher(text.strip());
        if (!range.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no range; wanted is first-last, such as 0-149");
        }
        int first = Integer.parseInt(range.group(1));
        int last = Integer.parseInt(range.group(2));
        if (first > last || last >= set.size()) {
            throw new IllegalArgumentException(
                    "range " + text + " leaves " + set.name() + ", whose examples are 0-" + (set.size() - 1));
        }
        return set.part(", " + first + " to " + last, set.examples().subList(first, last + 1));
    }

    /**
     * By chance, for photos that are independent of each other; every class of whole photos gives its share. Frames of a film
     * are not: take {@link #ranges}.
     *
     * @param share of the photos that are measured on, in (0, 1); rounded, but at least one photo on either side
     * @param seed the same one gives the same split, on every machine
     */
    public static Split random(TruthSet set, double share, long seed) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("a share of validation lies between 0 and 1, found " + share);
        }
        if (set.size() < 2) {
            throw new IllegalArgumentException(set.name() + " has one example, which cannot be split");
        }
        Map<Integer, List<Example>> groups = new TreeMap<>();
        for (Example example : set.examples()) {
            groups.computeIfAbsent(example.category().orElse(-1), k -> new ArrayList<>())
                    .add(example);
        }
        Random random = new Random(seed);
        Set<String> measured = new HashSet<>();
        for (List<Example> group : groups.values()) {
            Collections.shuffle(group, random);
            group.subList(0, (int) Math.rint(share * group.size())).forEach(example -> measured.add(example.name()));
        }
        if (measured.isEmpty()) {
            measured.add(set.example(random.nextInt(set.size())).name());
        } else if (measured.size() == set.size()) {
            measured.remove(set.example(random.nextInt(set.size())).name());
        }
        Map<Boolean, List<Example>> sides = set.examples().stream()
                .collect(Collectors.partitioningBy(example -> measured.contains(example.name())));
        String words = " of a random split, seed " + seed;
        return new Split(
                set.part(", training" + words, sides.getOrDefault(false, List.of())),
                set.part(", validation" + words, sides.getOrDefault(true, List.of())));
    }
}
