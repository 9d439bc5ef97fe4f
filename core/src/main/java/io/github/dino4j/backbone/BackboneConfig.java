package io.github.dino4j.backbone;

/** Shape of a backbone. One value is one architecture; {@link BackboneCatalog} names the published ones. */
public sealed interface BackboneConfig permits VitConfig, ConvNextConfig, ResNetConfig, XcitConfig {
    /** Channels of an image: 3 for RGB, 4 with depth. */
    int inChannels();

    /** Whether images carry depth as their fourth channel (see {@link DepthFusion}). */
    default boolean readsDepth() {
        return !equals(rgb());
    }

    /** The same backbone for RGB alone; itself if it reads no depth. */
    default BackboneConfig rgb() {
        return this;
    }

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
