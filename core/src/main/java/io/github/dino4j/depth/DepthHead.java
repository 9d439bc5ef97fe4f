package io.github.dino4j.depth;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/** From a backbone's tokens to metres. Immutable; results belong to the caller's scope. */
public interface DepthHead {
    /** What it reads of the backbone. */
    Taps taps();

    /** Channels that it wants after each of these layers, the shallowest first; empty: it does not mind. */
    default List<Integer> widths() {
        return List.of();
    }

    /** Between which depths it answers, and how. */
    FeaturesToDepth values();

    /**
     * Depth [B, 1, h, w] in metres at the head's own resolution, which covers the whole of {@code pixels}.
     *
     * @param pixels the normalised images [B, 3, H, W] that the backbone saw
     * @param taps what {@link #taps()} asked for
     */
    Tensor forward(Tensor pixels, List<Tokens> taps);

    /** The channels [B, n, h, w] that {@link #values()} turns into metres. */
    Tensor logits(List<Tokens> taps);

    /** Native memory in bytes, estimated, that {@link #forward} takes for one image of this many patches. */
    long bytes(int rows, int columns);
}
