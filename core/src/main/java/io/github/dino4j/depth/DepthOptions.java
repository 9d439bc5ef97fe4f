package io.github.dino4j.depth;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.image.Sizing;
import java.util.Optional;

/**
 * How a {@link DepthPredictor} is made.
 *
 * @param preset what the head's tensors cannot tell; absent: by the file's name, where it is a published one
 * @param layers in place of the preset's
 * @param sizing to what size photos are brought before; the result is brought back to the photo's pixels
 * @param mirroring whether the mirrored photo is asked too
 */
public record DepthOptions(
        Optional<DepthPreset> preset, Optional<Layers> layers, Sizing.Scaling sizing, Mirroring mirroring) {

    /** The published head that the file's name tells, photos at their own size, asked once: as DINOv2's hub. */
    public static final DepthOptions DEFAULT =
            new DepthOptions(Optional.empty(), Optional.empty(), new Sizing.AsIs(), Mirroring.NONE);

    /** Test-time augmentation. */
    public enum Mirroring {
        /** The photo alone. */
        NONE,
        /** The mean of the photo's depth and of its mirror image's, mirrored back: what evaluations report. Twice the work. */
        AVERAGED
    }

    public DepthOptions withPreset(DepthPreset other) {
        return new DepthOptions(Optional.of(other), layers, sizing, mirroring);
    }

    public DepthOptions withLayers(Layers other) {
        return new DepthOptions(preset, Optional.of(other), sizing, mirroring);
    }

    public DepthOptions withSizing(Sizing.Scaling other) {
        return new DepthOptions(preset, layers, other, mirroring);
    }

    public DepthOptions withMirroring(Mirroring other) {
        return new DepthOptions(preset, layers, sizing, other);
    }
}
