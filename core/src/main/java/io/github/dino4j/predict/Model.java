package io.github.dino4j.predict;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.backbone.PassMemory;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.nn.GivenParameters;
import io.github.dino4j.nn.NamedParameters;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A backbone in memory. Immutable, and any number of threads may use it at once; {@link #close()} waits for those that
 * do and frees the weights.
 */
public final class Model implements AutoCloseable {
    private final ModelCard card;
    private final Backbone backbone;
    private final Arena arena;
    private final ReentrantReadWriteLock uses = new ReentrantReadWriteLock();
    private final Optional<Precision> packed;
    private final Parameters parameters;
    private final Map<String, Tensor> weights;
    /** The model whose weights this one uses. */
    private final Optional<Model> base;

    private boolean closed;

    /** A model over weights of its own, read through {@code parameters}, which has packed what is packed. */
    Model(
            ModelCard card,
            Backbone backbone,
            Optional<Precision> packed,
            Parameters parameters,
            Map<String, Tensor> weights,
            Arena arena) {
        this(card, backbone, packed, parameters, weights, arena, Optional.empty());
    }

    private Model(
            ModelCard card,
            Backbone backbone,
            Optional<Precision> packed,
            Parameters parameters,
            Map<String, Tensor> weights,
            Arena arena,
            Optional<Model> base) {
        this.card = card;
        this.packed = packed;
        this.parameters = parameters.over(new GivenParameters(weights, arena));
        this.base = base;
        this.weights = weights;
        this.backbone = backbone;
        this.arena = arena;
    }

    /**
     * Loads a checkpoint: a file or folder of Meta, Hugging Face or timm.
     *
     * @throws io.github.dino4j.weights.CheckpointException if it cannot be read, fits no model or several
     */
    public static Model load(Path path, LoadOptions options) {
        return ModelLoader.load(path, options);
    }

    /** A model with weights drawn from a seed: it runs, and knows nothing. */
    public static Model random(BackboneConfig config, long seed) {
        return random(config, seed, LoadOptions.Precision.FLOAT32);
    }

    /** The same in another arithmetic. */
    public static Model random(BackboneConfig config, long seed, LoadOptions.Precision precision) {
        Optional<Precision> packed = ModelLoader.precision(precision, config);
        Arena arena = new Arena();
        try (Scope scope = Scope.inference()) {
            NamedParameters weights = new NamedParameters(new RandomParameters(seed, arena));
            Parameters parameters =
                    ModelLoader.parameters(config, packed, weights, keep -> new RandomParameters(seed, keep));
            Backbone backbone = Backbone.of(config, parameters);
            String source = "drawn at random from seed " + seed;
            Transform transform = Transform.dinoV3(224).withNormalisation(Normalisation.IMAGENET);
            ModelCard card = new ModelCard(
                    "random",
                    "a random backbone of width " + config.dim() + " and depth " + config.depth(),
                    "none",
                    source,
                    TensorFlow.parameters(config),
                    config,
                    config.readsDepth() ? transform.withDepth(DepthNormalisation.INDOOR) : transform,
                    source,
                    List.of("The weights are " + source + ": features show the mechanism, not knowledge."));
            return new Model(card, backbone, packed, parameters, weights.tensors(), arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    public ModelCard card() {
        return card;
    }

    public BackboneConfig config() {
        return card.config();
    }

    /** In which arithmetic the backbone runs; empty: the engine's own float32 operators. */
    public Optional<Precision> precision() {
        return packed;
    }

    /**
     * Runs work on the backbone in an inference scope of its own: tensors made there end with it, so return Java values.
     *
     * @throws IllegalStateException if the model is closed
     */
    public <R> R run(Function<Backbone, R> work) {
        if (PlatformThreads.isVirtual(Thread.currentThread())) {
            return PlatformThreads.call(() -> run(work));
        }
        uses.readLock().lock();
        try (Scope scope = Scope.inference()) {
            if (closed) {
                throw new IllegalStateException("the model " + card.name() + " is closed; load it again");
            }
            return base.isPresent() ? base.get().run(b -> work.apply(backbone)) : work.apply(backbone);
        } finally {
            uses.readLock().unlock();
        }
    }

    /**
     * The weights under their official names, to build something else over them. They live as long as this model.
     *
     * @param arena for what is derived from them
     * @throws IllegalStateException if the model is packed: it has not kept its weights
     */
    public ParameterSource source(Arena arena) {
        requirePlain();
        return new GivenParameters(weights, arena);
    }

    /**
     * Builds another backbone over the same weights, through a view such as {@code p -> p.learning()}. It holds only while
     * this model is open, and copies nothing.
     *
     * @param arena for what the view adds
     * @throws IllegalStateException if the model is closed, or packed: a packed model has not kept its weights; load it with
     *     {@link LoadOptions.Precision#PLAIN}
     */
    public Backbone view(UnaryOperator<Parameters> view, Arena arena) {
        requirePlain();
        return run(b -> Backbone.of(config(), view.apply(parameters.over(new GivenParameters(weights, arena)))));
    }

    private void requirePlain() {
        if (packed.isPresent()) {
            throw new IllegalStateException(card.name() + " is packed as " + packed.get()
                    + " and has not kept its weights; load it with LoadOptions.Precision.PLAIN");
        }
    }

    /**
     * This model with an adapter, over the same weights, packed or not: nothing of the backbone is copied. Any number of
     * adapted models and this one may be used at once, by any threads. An adapted model runs only while this one is open;
     * closing it frees the adapter alone.
     *
     * @throws IllegalArgumentException if the adapter was made for another backbone
     * @throws IllegalStateException if the model is closed, or carries an adapter itself
     */
    public Model adapted(Lora lora) {
        if (base.isPresent()) {
            throw new IllegalStateException(card.title()
                    + " carries an adapter; adapt the model under it, or merge the two adapters one by one");
        }
        Arena own = new Arena();
        try {
            Parameters view = run(b -> parameters
                    .over(new GivenParameters(weights, own))
                    .updated(lora.updates(card.name(), LinearLayers.of(config()), own::keep)));
            Backbone other = run(b -> Backbone.of(config(), view));
            return new Model(card.adapted(lora), other, packed, view, weights, own, Optional.of(this));
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    /** Whether this is a model that carries an adapter, over the weights of another. */
    public boolean isAdapted() {
        return base.isPresent();
    }

    /**
     * Features of images of one size, in one batch, or in several if {@link Engine#memoryBudget} asks for it.
     *
     * @throws IllegalArgumentException if the images carry depth and the model reads none, or the other way round
     */
    public List<Features> features(List<Pixels> images) {
        Pixels.requireOneSize(images);
        requireChannels(images.get(0));
        int most = Math.toIntExact(Math.min(images.size(), affordable(images.get(0), 0)));
        return run(b -> {
            List<Features> features = new ArrayList<>();
            for (int first = 0; first < images.size(); first += most) {
                List<Pixels> part = images.subList(first, Math.min(images.size(), first + most));
                try (Scope scope = Scope.open()) {
                    Tokens tokens = b.forward(tensor(part)).normed();
                    features.addAll(Features.of(
                            tokens, part.stream().map(Pixels::geometry).toList()));
                }
            }
            return features;
        });
    }

    /**
     * A photo as this model reads it: four channels if it comes with depth.
     *
     * @param transform of the colours; the depth is normalised as the model's card says
     * @throws IllegalArgumentException if the two differ in size, or depth is given to a model that reads none, or missing
     */
    public Pixels prepare(Transform transform, RgbImage photo, Optional<DepthFrame> depth) {
        Pixels pixels;
        if (depth.isEmpty() || !config().readsDepth()) {
            pixels = transform.apply(photo);
            if (depth.isPresent()) {
                throw new IllegalArgumentException(
                        card.name() + " reads no depth; leave it out, or load the model with LoadOptions.withDepth");
            }
        } else {
            Transform both = card.transform().depth().map(transform::withDepth).orElse(transform);
            pixels = both.apply(photo, depth.get());
        }
        requireChannels(pixels);
        return pixels;
    }

    /** The native memory that a pass over images of this size takes beside the weights. */
    public PassMemory memory(int images, int height, int width) {
        return PassMemory.of(config(), packed, images, height, width);
    }

    private void requireChannels(Pixels image) {
        int wanted = config().inChannels();
        if (image.channels() == wanted) {
            return;
        }
        String way = "";
        if (image.channels() == 3 && config().readsDepth()) {
            way = ". Give the depth with the picture (Transform.apply(image, depth)); where there is none,"
                    + " DepthFrame.none(width, height) says so";
        } else if (image.channels() == 4 && wanted == 3) {
            way = ". Leave the depth out, or load the model with LoadOptions.withDepth";
        }
        throw new IllegalArgumentException(
                card.name() + " reads " + channels(wanted) + ", the image has " + channels(image.channels()) + way);
    }

    private static String channels(int count) {
        return count + " channels"
                + switch (count) {
                    case 3 -> " (RGB)";
                    case 4 -> " (RGB and depth)";
                    default -> "";
                };
    }

    private long patches(Pixels image) {
        long patch = config().patch();
        return image.height() / patch * (image.width() / patch);
    }

    /**
     * How many images of this size fit into {@link Engine#memoryBudget} at once.
     *
     * @param results bytes that an image's result takes beside the pass
     */
    private long affordable(Pixels image, long results) {
        long budget = Engine.memoryBudget();
        PassMemory one = memory(1, image.height(), image.width());
        if (one.bytes() + results > budget) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "one image of %d x %d pixels takes about %.0f MB in %s, the memory budget is %.0f MB; raise it"
                            + " (Engine.memoryBudget), or take smaller images",
                    image.width(),
                    image.height(),
                    (one.bytes() + results) / 1e6,
                    card.name(),
                    budget / 1e6));
        }
        return Math.max(1, (budget - one.threads()) / one.batch());
    }

    /**
     * Features of one image after chosen layers, in ascending order ({@code get_intermediate_layers} of the official
     * code).
     *
     * @param norm whether the model's final norm is applied to each, as heads expect
     */
    public List<Features> intermediate(Pixels image, Layers layers, boolean norm) {
        requireChannels(image);
        long layer = patches(image) * config().dim() * Float.BYTES;
        affordable(image, 2L * layers.indices(config().depth()).length * layer); // before and after the norm
        return run(b -> b.intermediate(tensor(List.of(image)), layers, norm).stream()
                .map(tokens -> Features.of(tokens, List.of(image.geometry())).get(0))
                .toList());
    }

    /** Attention of the class token in block {@code block}, counted from 0, for one image. */
    public AttentionMap attention(Pixels image, int block) {
        requireChannels(image);
        if (config() instanceof VitConfig vit) {
            long tokens = 1 + vit.registers() + patches(image);
            affordable(image, 3L * vit.heads() * tokens * tokens * Float.BYTES); // product, scaled, softmax
        }
        return run(b -> {
            Tensor weights =
                    b.attention(tensor(List.of(image)), Layers.of(block)).get(0);
            int patch = config().patch();
            return AttentionMap.of(weights, 0, image.height() / patch, image.width() / patch);
        });
    }

    /** Images of one size as [B, channels, H, W] in the current scope. */
    public static Tensor tensor(List<Pixels> images) {
        float[] batch = Pixels.batch(images); // refuses an empty list and images of two sizes
        Pixels first = images.get(0);
        return Tensor.of(batch, images.size(), first.channels(), first.height(), first.width());
    }

    /**
     * Frees the weights when the last use has ended; closing twice is harmless.
     *
     * @throws IllegalStateException if called inside {@link #run}, which would wait for itself
     */
    @Override
    public void close() {
        if (uses.getReadHoldCount() > 0) {
            throw new IllegalStateException("a model cannot be closed inside its own run(); close it afterwards");
        }
        uses.writeLock().lock();
        try {
            closed = true;
            arena.close();
        } finally {
            uses.writeLock().unlock();
        }
    }
}
