package io.github.dino4j.compare;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.AttentionMap;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import java.util.List;
import java.util.Optional;

/**
 * A model that is compared.
 *
 * @param name for people, of all contenders different
 * @param model the caller's
 * @param transform how photos are prepared
 * @param knows whether its weights have learned; those of a catalogue's name alone are random and show structure only
 */
public record Contender(String name, Model model, Transform transform, boolean knows) {
    /** Whose ideas a model follows, as far as its structure tells. */
    public enum Family {
        V1,
        V2,
        V3
    }

    public BackboneConfig config() {
        return model.config();
    }

    /** The same model with another preparation. */
    public Contender with(Transform other) {
        return new Contender(name, model, other, knows);
    }

    Pixels prepare(RgbImage photo) {
        return model.prepare(transform, photo, Optional.empty());
    }

    Features features(RgbImage photo) {
        return model.features(List.of(prepare(photo))).get(0);
    }

    /** Of the last block. */
    AttentionMap attention(RgbImage photo) {
        return model.attention(prepare(photo), config().depth() - 1);
    }

    /** Rotary positions and DINOv3's ConvNeXt are v3; LayerScale or registers over learned positions v2; the rest v1. */
    public Family family() {
        if (config() instanceof ConvNextConfig) {
            return Family.V3;
        }
        if (config() instanceof VitConfig vit) {
            if (vit.position() instanceof Position.Rope) {
                return Family.V3;
            }
            return vit.layerScale() || vit.registers() > 0 || vit.maskToken() ? Family.V2 : Family.V1;
        }
        return Family.V1;
    }
}
