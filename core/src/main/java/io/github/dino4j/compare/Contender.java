package io.github.dino4j.compare;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;

/**
 * A model that is compared.
 *
 * @param name for people, of all contenders different
 * @param dino the caller's
 * @param knows whether its weights have learned; those of a catalogue's name alone are random and show structure only
 */
public record Contender(String name, Dino dino, boolean knows) {
    /** Whose ideas a model follows, as far as its structure tells. */
    public enum Family {
        V1,
        V2,
        V3
    }

    public BackboneConfig config() {
        return dino.card().config();
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
