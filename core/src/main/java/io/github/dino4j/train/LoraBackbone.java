package io.github.dino4j.train;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.lora.LoraVariables;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A frozen model with an adapter that learns (LoRA, arXiv:2106.09685). Gradients are computed for the adapter alone; the
 * model's weights are neither copied nor changed. The model stays the caller's, and must stay open.
 */
public final class LoraBackbone implements LearningBackbone {
    /** Name of the file that {@link #export} writes. */
    public static final String FILE = "adapter.safetensors";

    /** Text in the files of heads, and of backbones with the adapter merged: the fingerprint of the adapter's file. */
    public static final String METADATA_KEY = "adapter";

    private final Model model;
    private final LoraVariables variables;
    private final Lora start;
    private final Backbone backbone;
    private final Arena arena = new Arena();

    /** In which arithmetic the backbone runs while its adapter learns. */
    public enum Arithmetic {
        FLOAT32,
        /** Products of linear layers in bfloat16, all else and all gradients in float32 ({@link Parameters#mixed}). */
        MIXED
    }

    /**
     * Goes on with an adapter.
     *
     * @param model with plain weights ({@code LoadOptions.Precision.PLAIN}), without another adapter
     * @throws IllegalArgumentException if the adapter does not fit the model, or it carries one already
     * @throws IllegalStateException if the model is packed or closed
     */
    public LoraBackbone(Model model, Lora start, Arithmetic arithmetic) {
        if (model.isAdapted()) {
            throw new IllegalArgumentException(
                    model.card().title()
                            + " already; go on with that adapter (new LoraBackbone(model, adapter, ...)) over the model under it");
        }
        this.model = model;
        this.start = start;
        try {
            String name = model.card().name();
            variables = new LoraVariables(start, name, LinearLayers.of(model.config()), arena);
            backbone = model.view(
                    p -> (arithmetic == Arithmetic.MIXED ? p.mixed() : p).updated(variables.updates()), arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Begins with a drawn adapter, which changes nothing yet. */
    public static LoraBackbone of(Model model, LoraSpec spec, long seed, Arithmetic arithmetic) {
        Lora drawn = Lora.random(spec, model.card().name(), LinearLayers.of(model.config()), seed);
        return new LoraBackbone(model, drawn, arithmetic);
    }

    /** The network over the variables. */
    Backbone network() {
        return backbone;
    }

    @Override
    public BackboneConfig config() {
        return model.config();
    }

    @Override
    public String title() {
        return model.card().name() + " with " + start.spec().title();
    }

    @Override
    public Map<String, Tensor> variables() {
        return variables.variables();
    }

    /** The adapter as it is now. */
    public Lora lora() {
        return variables.lora().of(model.card().name());
    }

    @Override
    public List<Tokens> read(Tensor pixels, Taps taps) {
        return taps.read(backbone, pixels);
    }

    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(FILE);
        lora().write(file, metadata);
        return List.of(file);
    }

    @Override
    public void close() {
        arena.close();
    }
}
