package io.github.dino4j.export;

import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.ModelCard;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Which backbone computed a result. Two results with the same identity come from the same weights in the same arithmetic.
 *
 * @param model name in the catalogue
 * @param weights fingerprint of the file, see {@link Fingerprint}
 * @param settings fingerprint of the configuration and of what was taken from the file
 * @param precision arithmetic of the backbone: float32, bfloat16 or int8
 */
public record ModelIdentity(
        String model, String title, String licence, String weights, String settings, String precision) {

    /** Reads the first and the last MiB of the model's file. */
    public static ModelIdentity of(Model model) {
        ModelCard card = model.card();
        // The explanation tells part and recomputed tensors; its first line is the path, which may be spelt in many
        // ways.
        String taken = card.explanation().substring(card.explanation().indexOf('\n') + 1);
        return new ModelIdentity(
                card.name(),
                card.title(),
                card.licence(),
                Fingerprint.ofSource(card.source()),
                Fingerprint.of(card.config() + "\n" + taken),
                model.precision().map(p -> p.name().toLowerCase(Locale.ROOT)).orElse("float32"));
    }

    /** The same as texts, for the metadata of a file and for JSON. */
    public Map<String, String> toMap() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("model", model);
        map.put("title", title);
        map.put("licence", licence);
        map.put("weights", weights);
        map.put("settings", settings);
        map.put("precision", precision);
        return map;
    }
}
