package io.github.dino4j.backbone;

/** Shape of a backbone. One value is one architecture; {@link BackboneCatalog} names the published ones. */
public sealed interface BackboneConfig permits VitConfig, ConvNextConfig, ResNetConfig, XcitConfig {
    /** Channels of an image, 3 for RGB. */
    int inChannels();

    /** Width C of the class and patch tokens. */
    int dim();

    /** Pixels of an image side that make one step of the patch grid. */
    int patch();

    /** Blocks (ViT, XCiT) or stages (ConvNeXt, ResNet) that {@link Backbone#intermediate} can be asked for. */
    int depth();

    /** Whether the backbone runs on packed weights ({@link io.github.dino4j.nn.Parameters#packed}). */
    default boolean packs() {
        return this instanceof VitConfig || this instanceof ConvNextConfig;
    }
}
