package io.github.dino4j.classify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.visual.Montage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The classes of one photo with their probabilities. Immutable. */
public final class Classification {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CAPTIONED_WIDTH = 480;

    private final ClassList classes;
    private final double[] probabilities;

    /** One class. */
    public record Ranked(int category, String name, double probability) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %.1f %%", name, 100 * probability);
        }
    }

    /**
     * A result.
     *
     * @param probabilities in 0..1, one a class; of one label they sum to 1, of several each stands for itself
     */
    public Classification(ClassList classes, double... probabilities) {
        this.classes = classes.require(probabilities.length);
        this.probabilities = probabilities.clone();
    }

    public ClassList classes() {
        return classes;
    }

    /** In 0..1, one a class. */
    public double[] probabilities() {
        return probabilities.clone();
    }

    /** The most probable class. */
    public Ranked best() {
        return top(1).get(0);
    }

    /** The most probable classes, at most {@code count}; of equals the lowest number first. */
    public List<Ranked> top(int count) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(k -> -probabilities[k]))
                .limit(count)
                .map(k -> new Ranked(k, classes.nameOf(k), probabilities[k]))
                .toList();
    }

    /** Of several labels, those that are at least this probable, the most probable first. */
    public List<Ranked> atLeast(double probability) {
        return top(probabilities.length).stream()
                .filter(ranked -> ranked.probability() >= probability)
                .toList();
    }

    /** The most probable classes: {@code {"classes": "...", "top": [{"class": 3, "name": "cat", "probability": 0.9}]}}. */
    public ObjectNode toJson(int count) {
        ObjectNode json = JSON.createObjectNode().put("classes", classes.name());
        ArrayNode top = json.putArray("top");
        for (Ranked ranked : top(count)) {
            top.addObject()
                    .put("class", ranked.category())
                    .put("name", ranked.name())
                    .put("probability", ranked.probability());
        }
        return json;
    }

    /** The photo with its most probable classes under it. */
    public RgbImage captioned(RgbImage photo, int count) {
        String caption = top(count).stream().map(Ranked::toString).collect(Collectors.joining("   "));
        return Montage.ofColumns(1)
                .fillWidth(CAPTIONED_WIDTH)
                .add(photo, caption)
                .render();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Classification that
                && classes.equals(that.classes)
                && Arrays.equals(probabilities, that.probabilities);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(probabilities);
    }

    @Override
    public String toString() {
        return "Classification" + top(3);
    }
}
