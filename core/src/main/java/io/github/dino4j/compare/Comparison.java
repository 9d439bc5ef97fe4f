package io.github.dino4j.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dino4j.export.Library;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Features;
import io.github.dino4j.visual.TokenNorms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was measured of some models on some photos, in one run.
 *
 * @param features of each photo, by contender
 * @param robustness by contender
 * @param scores on a data set, empty without one
 */
public record Comparison(
        List<Contender> contenders,
        List<String> names,
        List<RgbImage> photos,
        List<List<Features>> features,
        List<Cost> costs,
        List<Robustness> robustness,
        List<Scoreboard> scores) {
    /** Told what is being done. */
    @FunctionalInterface
    public interface Listener {
        void does(String what);
    }

    /**
     * Runs everything but data sets.
     *
     * @param names of the photos
     * @throws IllegalArgumentException without a contender or a photo, or if two contenders have one name
     */
    public static Comparison of(
            List<Contender> contenders, List<String> names, List<RgbImage> photos, Listener listener) {
        if (contenders.isEmpty() || photos.isEmpty() || photos.size() != names.size()) {
            throw new IllegalArgumentException("a comparison needs a model and a photo; found " + contenders.size()
                    + " models and " + photos.size() + " photos");
        }
        if (contenders.stream().map(Contender::name).distinct().count() < contenders.size()) {
            throw new IllegalArgumentException("two models have the same name: "
                    + contenders.stream().map(Contender::name).toList());
        }
        List<List<Features>> features = new ArrayList<>();
        List<Robustness> robustness = new ArrayList<>();
        List<Pixels> first = new ArrayList<>();
        for (Contender one : contenders) {
            listener.does(one.name());
            List<Features> own = photos.stream().map(one::features).toList();
            features.add(own);
            first.add(one.prepare(photos.get(0)));
            List<float[]> clean = own.stream().map(Features::embedding).toList();
            robustness.add(Robustness.of(one, photos, clean));
        }
        listener.does("times");
        return new Comparison(
                List.copyOf(contenders), names, photos, features, Cost.of(contenders, first), robustness, List.of());
    }

    /** The same with scores on data sets. */
    public Comparison with(List<Scoreboard> boards) {
        return new Comparison(contenders, names, photos, features, costs, robustness, List.copyOf(boards));
    }

    /** Everything in numbers and words. */
    public ObjectNode toJson() {
        Words words = Words.in("en");
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("task", "comparison");
        json.put("library", Library.title());
        json.put("circumstances", Cost.circumstances());
        names.forEach(json.putArray("photos")::add);
        ArrayNode all = json.putArray("models");
        for (int i = 0; i < contenders.size(); i++) {
            Contender one = contenders.get(i);
            ObjectNode node = all.addObject();
            node.put("name", one.name());
            node.put("source", one.model().card().source());
            node.put("learned", one.knows());
            node.put("family", one.family().name().toLowerCase(java.util.Locale.ROOT));
            ObjectNode structure = node.putObject("structure");
            Structure.of(one.config(), words).forEach((key, value) -> structure.put(words.of(key), value));
            Cost cost = costs.get(i);
            node.putObject("cost")
                    .put("parameters", cost.parameters())
                    .put("multiply_adds", cost.macs())
                    .put("milliseconds", cost.milliseconds())
                    .put("pass_bytes", cost.bytes())
                    .put("height", cost.height())
                    .put("width", cost.width());
            ObjectNode worse = node.putObject("cosine_when_corrupted");
            robustness.get(i).cosines().forEach((corruption, values) -> {
                ArrayNode array = worse.putArray(corruption.name().toLowerCase(java.util.Locale.ROOT));
                for (double value : values) {
                    array.add(value);
                }
            });
            ArrayNode artefacts = node.putArray("outlying_patches");
            features.get(i).forEach(f -> artefacts.add(TokenNorms.artefacts(TokenNorms.of(f))));
        }
        ArrayNode boards = json.putArray("scores");
        scores.forEach(board -> boards.add(board.toJson()));
        return json;
    }

    /** The outlying patches of a contender's photos together. */
    int artefacts(int contender) {
        return features.get(contender).stream()
                .mapToInt(f -> TokenNorms.artefacts(TokenNorms.of(f)))
                .sum();
    }

    /** Rows of the cost table by contender, keys of their headings to values. */
    Map<String, List<String>> costTable() {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        rows.put(
                "cost.parameters",
                costs.stream()
                        .map(c -> "%,.2f M".formatted(c.parameters() / 1e6))
                        .toList());
        rows.put(
                "cost.macs",
                costs.stream().map(c -> "%,.2f G".formatted(c.macs() / 1e9)).toList());
        rows.put(
                "cost.time",
                costs.stream().map(c -> "%.1f ms".formatted(c.milliseconds())).toList());
        rows.put(
                "cost.memory",
                costs.stream().map(c -> "%.1f MB".formatted(c.bytes() / 1e6)).toList());
        rows.put(
                "cost.size",
                costs.stream().map(c -> c.height() + " x " + c.width()).toList());
        return rows;
    }
}
