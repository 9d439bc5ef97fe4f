package io.github.dino4j;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.predict.AttentionMap;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.ModelCard;
import java.nio.file.Path;
import java.util.List;

/**
 * A DINO model and the transform of its images: the few calls that most users need.
 *
 * <p>Immutable; any number of threads may use one instance. {@link #close()} waits for running calls and frees the
 * weights. Results are plain Java values and outlive it.
 */
public final class Dino implements AutoCloseable {
    private final Model model;
    private final Transform transform;
    private final ImageDecoder decoder = ImageDecoder.standard();

    private final List<Model> owned;

    private Dino(Model model, Transform transform, List<Model> owned) {
        this.model = model;
        this.transform = transform;
        this.owned = owned;
    }

    /**
     * Loads a checkpoint of Meta, Hugging Face or timm: a {@code .pth} or {@code .safetensors} file, or a folder with
     * config.json. Nothing is downloaded and no code in the file is run. The file stays mapped while the model is open:
     * replace it by renaming another over it, never by writing into it.
     *
     * @throws io.github.dino4j.weights.CheckpointException naming the file, what was found and the way out
     */
    public static Dino load(Path checkpoint) {
        return load(checkpoint, LoadOptions.DEFAULT);
    }

    /** Loads a checkpoint with options, such as the model's name where a file fits several. */
    public static Dino load(Path checkpoint, LoadOptions options) {
        return of(Model.load(checkpoint, options));
    }

    /** A model with weights drawn from a seed: it runs, and knows nothing. For demonstrations and tests. */
    public static Dino random(BackboneConfig config, long seed) {
        return of(Model.random(config, seed));
    }

    /** Takes over a model; its images are prepared as its card says. */
    public static Dino of(Model model) {
        return new Dino(model, model.card().transform(), List.of(model));
    }

    /** The same weights with another preparation of images. Both must not be used after either is closed. */
    public Dino with(Transform other) {
        return new Dino(model, other, owned);
    }

    /**
     * The same weights with an adapter over them. Both must not be used after either is closed.
     *
     * @throws IllegalArgumentException if the adapter was made for another backbone
     */
    public Dino adapted(Lora lora) {
        Model other = model.adapted(lora);
        return new Dino(other, transform, List.of(other, model));
    }

    /** Name, licence, source and configuration of the model. */
    public ModelCard card() {
        return model.card();
    }

    /** How images are prepared. */
    public Transform transform() {
        return transform;
    }

    /** The model itself, for work on tensors. */
    public Model model() {
        return model;
    }

    /**
     * Features of an image file (JPEG, PNG, WebP, TIFF, BMP, GIF).
     *
     * @throws io.github.dino4j.image.ImageException if it cannot be read
     */
    public Features features(Path image) {
        return features(decoder.read(image));
    }

    /**
     * Features of an image.
     *
     * @throws IllegalArgumentException if the transform gives a size that the model cannot take
     */
    public Features features(RgbImage image) {
        return model.features(List.of(prepare(image))).get(0);
    }

    /**
     * Features of an image and its depth, for a model that reads both ({@link LoadOptions#withDepth}).
     *
     * @throws IllegalArgumentException if the two differ in size, or the model reads no depth
     */
    public Features features(RgbImage image, DepthFrame depth) {
        return model.features(List.of(prepare(image, depth))).get(0);
    }

    /** Features of several images in one batch; the transform must give them one size. */
    public List<Features> features(List<RgbImage> images) {
        return model.features(images.stream().map(this::prepare).toList());
    }

    /** Features after chosen layers, in ascending order, through the model's final norm: what dense heads read. */
    public List<Features> intermediate(RgbImage image, Layers layers) {
        return model.intermediate(prepare(image), layers, true);
    }

    /** The same of an image and its depth. */
    public List<Features> intermediate(RgbImage image, DepthFrame depth, Layers layers) {
        return model.intermediate(prepare(image, depth), layers, true);
    }

    /** Where the class token looks in a block, counted from 0; negative numbers count from the last. */
    public AttentionMap attention(RgbImage image, int block) {
        return model.attention(prepare(image), block < 0 ? model.config().depth() + block : block);
    }

    /** The image as the model sees it. */
    public Pixels prepare(RgbImage image) {
        return whole(transform.apply(image));
    }

    /** The image and its depth as the model sees them. */
    public Pixels prepare(RgbImage image, DepthFrame depth) {
        if (!model.config().readsDepth()) {
            throw new IllegalArgumentException("the model " + model.card().name()
                    + " reads no depth; leave it out, or load the model with LoadOptions.withDepth");
        }
        return whole(transform.apply(image, depth));
    }

    private Pixels whole(Pixels pixels) {
        int patch = model.config().patch();
        if (pixels.height() % patch != 0 || pixels.width() % patch != 0) {
            throw new IllegalArgumentException("the transform gives " + pixels.height() + " x " + pixels.width()
                    + " pixels, and this model needs multiples of " + patch + ". Take "
                    + nearest(pixels.height(), patch)
                    + " x " + nearest(pixels.width(), patch)
                    + ", or a sizing that keeps, pads or crops to multiples of the patch.");
        }
        return pixels;
    }

    private static int nearest(int side, int patch) {
        return Math.max(1, Math.round((float) side / patch)) * patch;
    }

    @Override
    public void close() {
        owned.forEach(Model::close);
    }
}
