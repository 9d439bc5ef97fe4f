package io.github.dino4j.export;

import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where features come from. Two files with the same source hold comparable numbers; it is stored beside every result and
 * decides whether a journal may be continued.
 *
 * @param model name in the catalogue
 * @param weights fingerprint of the file, see {@link Fingerprint}
 * @param settings fingerprint of the configuration and of what was taken from the file
 * @param precision arithmetic of the backbone: float32, bfloat16 or int8
 * @param transform {@link Transform#describe()}
 * @param dim values of a vector (of one patch's where dense)
 */
public record FeatureSource(
        String model,
        String title,
        String licence,
        String weights,
        String settings,
        String precision,
        String transform,
        FeatureKind kind,
        int dim) {

    static FeatureSource of(Model model, Transform transform, FeatureKind kind) {
        ModelIdentity identity = ModelIdentity.of(model);
        return new FeatureSource(
                identity.model(),
                identity.title(),
                identity.licence(),
                identity.weights(),
                identity.settings(),
                identity.precision(),
                transform.describe(),
                kind,
                kind.width(model.config().dim()));
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
        map.put("transform", transform);
        map.put("kind", kind.toString());
        map.put("dim", Integer.toString(dim));
        return map;
    }
}
