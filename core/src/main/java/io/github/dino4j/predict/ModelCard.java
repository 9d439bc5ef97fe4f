package io.github.dino4j.predict;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.image.Transform;
import io.github.dino4j.lora.Lora;
import java.util.List;

/**
 * What is known of a model in memory.
 *
 * @param name of the catalogue, or a description where no published model has this shape
 * @param title for people
 * @param licence of the weights
 * @param source file or folder, or how the weights were made
 * @param parameters trainable values
 * @param transform how the reference prepares images for it; carries the mean and deviation it was trained with
 * @param explanation what was found in the file and done with it, for {@code --explain}
 * @param warnings what a user should know before trusting the results
 */
public record ModelCard(
        String name,
        String title,
        String licence,
        String source,
        long parameters,
        BackboneConfig config,
        Transform transform,
        String explanation,
        List<String> warnings) {
    /** Key of the safetensors metadata under which a file can name its model, so that it need not be recognised. */
    public static final String METADATA_KEY = "dino4j.model";

    /** The same for the mean and deviation of the training images, six numbers between commas. */
    public static final String STATISTICS_KEY = "dino4j.mean_std";

    public ModelCard {
        warnings = List.copyOf(warnings);
    }

    /** The card of this model with an adapter. */
    ModelCard adapted(Lora lora) {
        String words = lora.spec().title();
        return new ModelCard(
                name,
                title + " with " + words,
                licence,
                source,
                parameters + lora.parameters(),
                config,
                transform,
                explanation + "  adapter: " + words + "\n",
                warnings);
    }
}
