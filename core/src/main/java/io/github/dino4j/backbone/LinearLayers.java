package io.github.dino4j.backbone;

import io.github.dino4j.lora.PeftNames;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.LinearShape;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.ShapeParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The linear layers of backbones: what adapters can change. */
public final class LinearLayers {
    private LinearLayers() {}

    /** Those of a backbone in the order in which it asks for them; none for a ResNet. */
    public static List<LinearShape> of(BackboneConfig config) {
        List<LinearShape> layers = new ArrayList<>();
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Parameters shapes = Parameters.of(new ShapeParameters(arena));
            Backbone.of(config, shapes.updated(layer -> {
                layers.add(layer);
                return Optional.empty();
            }));
        }
        return List.copyOf(layers);
    }

    /** Whose names a PEFT adapter for this backbone has: those of transformers where it has the model. */
    public static PeftNames peftNames(BackboneConfig config) {
        if (config instanceof ConvNextConfig) {
            return PeftNames.DINOV3_CONVNEXT;
        }
        if (!(config instanceof VitConfig vit)) {
            return PeftNames.OFFICIAL;
        }
        if (vit.position() instanceof Position.Rope) {
            return vit.ffn() instanceof Ffn.Mlp ? PeftNames.DINOV3_VIT : PeftNames.DINOV3_VIT_GATED;
        }
        return vit.layerScale() ? PeftNames.DINOV2 : PeftNames.VIT;
    }
}
