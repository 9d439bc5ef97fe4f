package io.github.dino4j.backbone;

/**
 * Shape of an XCiT (arXiv:2106.09681), DINOv1's cross-covariance transformer.
 *
 * @param depth cross-covariance blocks
 * @param classDepth class-attention blocks behind them
 * @param hidden inner width of the feed-forward networks
 */
public record XcitConfig(int inChannels, int dim, int depth, int heads, int patch, int hidden, int classDepth)
        implements BackboneConfig {
    public XcitConfig {
        if (patch != 8 && patch != 16) {
            throw new IllegalArgumentException("an XCiT has patches of 8 or 16 pixels, not " + patch);
        }
        if (dim % heads != 0) {
            throw new IllegalArgumentException("dim " + dim + " cannot be split over " + heads + " heads");
        }
    }
}
