package io.github.dino4j.ssl;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.nn.Parameters;
import java.util.Optional;

/**
 * What learns, and the teacher alike: a backbone, the head on its class token, the head on its patches.
 *
 * <p>Weights: {@code backbone.}, {@code dino_head.}, and {@code ibot_head.} where patches have a head of their own.
 *
 * @param patchHead {@code classHead} itself where they share one
 */
public record Network(Backbone backbone, DinoHead classHead, DinoHead patchHead) {
    /** Prefixes of the parts' names. */
    public static final String BACKBONE = "backbone.";

    public static final String CLASS_HEAD = "dino_head.";
    public static final String PATCH_HEAD = "ibot_head.";

    /**
     * Shape of a network.
     *
     * @param patchHead empty where patches go through the class token's head
     */
    public record Shape(BackboneConfig backbone, DinoHead.Config classHead, Optional<DinoHead.Config> patchHead) {}

    /** Builds a network over its weights. */
    public static Network of(Parameters p, Shape shape) {
        Backbone backbone = Backbone.of(shape.backbone(), p.at("backbone"));
        DinoHead classHead = new DinoHead(p.at("dino_head"), shape.classHead());
        DinoHead patchHead =
                shape.patchHead().map(c -> new DinoHead(p.at("ibot_head"), c)).orElse(classHead);
        return new Network(backbone, classHead, patchHead);
    }
}
