package io.github.dino4j.train;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.CopiedParameters;
import io.github.dino4j.nn.NamedParameters;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A backbone that learns as a whole, over copies of a model's weights: the model stays as it is, and may be closed once
 * this is built.
 */
public final class WholeBackbone implements LearningBackbone {
    /** Name of the file that {@link #export} writes. */
    public static final String FILE = "backbone.safetensors";

    private final ModelCard card;
    private final Backbone backbone;
    private final Map<String, Tensor> variables;
    private final Map<String, Tensor> all;
    private final Arena arena = new Arena();

    /**
     * Copies a model's weights.
     *
     * @param model with plain weights ({@code LoadOptions.Precision.PLAIN}), without an adapter
     * @throws IllegalArgumentException if the model carries an adapter
     * @throws IllegalStateException if it is packed or closed
     */
    public WholeBackbone(Model model, LoraBackbone.Arithmetic arithmetic) {
        if (model.isAdapted()) {
            throw new IllegalArgumentException(model.card().title()
                    + ", and training as a whole would lose that; merge it into a checkpoint first");
        }
        card = model.card();
        AtomicReference<NamedParameters> named = new AtomicReference<>();
        AtomicReference<TrainableParameters> learning = new AtomicReference<>();
        try {
            backbone = model.view(
                    p -> {
                        TrainableParameters trained =
                                new TrainableParameters(new CopiedParameters(p.source(), arena), name -> true);
                        NamedParameters noted = new NamedParameters(trained);
                        learning.set(trained);
                        named.set(noted);
                        Parameters view = p.over(noted).learning();
                        return arithmetic == LoraBackbone.Arithmetic.MIXED ? view.mixed() : view;
                    },
                    arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        variables = Objects.requireNonNull(learning.get()).variables();
        all = Objects.requireNonNull(named.get()).tensors();
    }

    /** Drawn from a seed. */
    public static WholeBackbone random(BackboneConfig config, long seed) {
        try (Model model = Model.random(config, seed, LoadOptions.Precision.PLAIN)) {
            return new WholeBackbone(model, LoraBackbone.Arithmetic.FLOAT32);
        }
    }

    /**
     * The weights of a checkpoint, which stays as it is.
     *
     * @throws io.github.dino4j.weights.CheckpointException if it cannot be read or is no backbone
     */
    public static WholeBackbone load(Path file) {
        try (Model model = Model.load(file, LoadOptions.DEFAULT.withPrecision(LoadOptions.Precision.PLAIN))) {
            return new WholeBackbone(model, LoraBackbone.Arithmetic.FLOAT32);
        }
    }

    /** The network over the variables. */
    Backbone network() {
        return backbone;
    }

    @Override
    public BackboneConfig config() {
        return card.config();
    }

    @Override
    public String title() {
        return card.name() + ", all weights";
    }

    @Override
    public Map<String, Tensor> variables() {
        return variables;
    }

    @Override
    public List<Tokens> read(Tensor pixels, Taps taps) {
        return taps.read(backbone, pixels);
    }

    /** Writes a checkpoint under the official names, which {@link Model#load} reads. */
    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(FILE);
        BackboneFile.write(file, card, all, Optional.empty(), metadata);
        return List.of(file);
    }

    @Override
    public void close() {
        arena.close();
    }
}
