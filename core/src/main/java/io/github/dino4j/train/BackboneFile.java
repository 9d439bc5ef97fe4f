package io.github.dino4j.train;

import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.nn.NamedParameters;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Checkpoints of backbones under the official names, which {@link Model#load} reads. */
public final class BackboneFile {
    private BackboneFile() {}

    /**
     * Writes a model's weights as they are in memory.
     *
     * @param model with plain weights ({@code LoadOptions.Precision.PLAIN}), without an adapter
     * @param lora is added to the weights, if there is one
     * @param metadata texts that the file shall carry
     * @throws IllegalStateException if the model is packed or closed
     * @throws IllegalArgumentException if the adapter does not fit
     */
    public static void write(Path file, Model model, Optional<Lora> lora, Map<String, String> metadata) {
        AtomicReference<Map<String, Tensor>> tensors = new AtomicReference<>(Map.of());
        try (Arena arena = new Arena()) {
            model.view(
                    p -> {
                        NamedParameters named = new NamedParameters(p.source());
                        tensors.set(named.tensors());
                        return p.over(named);
                    },
                    arena);
            write(file, model.card(), Objects.requireNonNull(tensors.get()), lora, metadata);
        }
    }

    static void write(
            Path file, ModelCard card, Map<String, Tensor> tensors, Optional<Lora> lora, Map<String, String> metadata) {
        Map<String, StoredTensor> stored = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> stored.put(name, new StoredTensor.InEngine(tensor)));
        try (Scope scope = Scope.inference()) {
            Map<String, StoredTensor> whole =
                    lora.isPresent() ? lora.get().merge(StateDict.of(stored)).tensors() : stored;
            Safetensors.write(file, whole, texts(card, metadata));
        }
    }

    private static Map<String, String> texts(ModelCard card, Map<String, String> metadata) {
        Map<String, String> texts = new LinkedHashMap<>(ExportNotes.portable(metadata));
        texts.put("format", "pt");
        if (BackboneCatalog.find(card.name()).isPresent()) {
            texts.put(ModelCard.METADATA_KEY, card.name());
        }
        if (card.config() instanceof VitConfig vit) { // no shape tells them
            texts.put(Architecture.HEADS_KEY, Integer.toString(vit.heads()));
            texts.put(Architecture.EPS_KEY, Double.toString(vit.norm().eps()));
            if (vit.position() instanceof Position.Rope rope
                    && rope.config().periods() instanceof RotaryEmbedding.Periods.Base base) {
                texts.put(Architecture.ROPE_THETA_KEY, Double.toString(base.base()));
            }
        }
        return texts;
    }
}
