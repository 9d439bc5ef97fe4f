package io.github.dino4j.backbone;

import io.github.dino4j.nn.Ffn;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Precision;
import java.util.Optional;

/**
 * Native memory that one forward pass takes beside the weights, at its peak, in bytes: an estimate, made before the pass,
 * that the benchmark {@code PassMemoryCheck} holds to the measured peak. It follows from the shapes: the
 * widest moment of a transformer is attention, when tokens, their [q, k, v] and the mixed values exist at once, and
 * that of a ConvNeXt the first stage's hidden layer.
 *
 * @param batch of the images themselves and what is kept for all of them
 * @param threads of the tiles at work, and what any pass takes
 */
public record PassMemory(long batch, long threads) {
    /** Tokens of a tile, and query rows of attention (nn.Crops, tensor.PackedAttention). */
    private static final long TILE = 128;

    private static final int FLOAT = 4;

    /** A plain ConvNeXt's block holds in maps: input, convolution, norm, hidden layer and activation (4 each), projection, result. */
    private static final long PLAIN_MAPS = 13;

    /** Kernels that a first pass compiles, and small change. */
    private static final long FIXED = 24L << 20;

    public long bytes() {
        return batch + threads;
    }

    /**
     * The estimate for {@code images} images of {@code height} x {@code width} pixels.
     *
     * @param packed precision of the packed view; empty: the engine's own operators
     */
    public static PassMemory of(
            BackboneConfig config, Optional<Precision> packed, long images, long height, long width) {
        long pixels = images * config.inChannels() * height * width * FLOAT;
        if (config instanceof VitConfig vit) {
            long patches = (height / vit.patch()) * (width / vit.patch());
            long length = 1 + vit.registers() + patches;
            long tokens = images * length;
            return packed.isPresent()
                    ? new PassMemory(
                            pixels + tokens * vit.dim() * packedToken(packed.get()),
                            FIXED + Engine.threads() * tile(vit, packed.get(), length))
                    : new PassMemory(pixels + tokens * plainToken(vit), FIXED);
        }
        if (config instanceof ConvNextConfig convNext) {
            long map = images * (height / 4) * (width / 4) * convNext.dims().get(0) * FLOAT;
            return packed.isPresent()
                    ? new PassMemory(pixels + 2 * map, FIXED + Engine.threads() * tile(convNext))
                    : new PassMemory(pixels + PLAIN_MAPS * map, FIXED);
        }
        // ResNet and XCiT: what the first and largest maps take, by the width of their hidden layers.
        long cells = images * (height / 4) * (width / 4);
        long narrow = Math.max(64, config.dim() / 8);
        return new PassMemory(pixels + cells * narrow * 10 * FLOAT, FIXED);
    }

    /**
     * Bytes a token and channel: x, then q, k, v, then what they give. Two fifths more for what malloc holds between and
     * below them and cannot reuse: the mean over sizes, batches and precisions of {@code PassMemoryCheck}.
     */
    private static long packedToken(Precision precision) {
        long result = precision == Precision.BFLOAT16 ? 2 : FLOAT;
        return 7 * (FLOAT + 3L * precision.attention().bytes() + result) / 5;
    }

    /** Bytes a token where all matrices of a block live until it ends: 28 of width C (half of them turn q and k). */
    private static long plainToken(VitConfig vit) {
        long hidden = vit.ffn() instanceof Ffn.Mlp
                ? 2L * vit.ffn().hidden()
                : 4L * vit.ffn().hidden();
        long turns = vit.position() instanceof Position.Rope ? 15 : 0;
        return ((13 + turns) * vit.dim() + hidden) * FLOAT;
    }

    /** Hidden layer, its activation and the four matrices of a block's width, where the block is widest. */
    private static long tile(ConvNextConfig convNext) {
        return TILE * (4 + 2 * 4) * convNext.dim() * FLOAT;
    }

    private static long tile(VitConfig vit, Precision precision, long length) {
        long rows = Math.min(TILE, length);
        long tokenwise = rows * (4L * vit.dim() + 2L * vit.ffn().hidden()) * FLOAT;
        long type = precision.attention().bytes();
        long scores = rows * length * (type == FLOAT ? FLOAT : FLOAT + type) + 2 * length * vit.headDim() * type;
        return Math.max(tokenwise, scores);
    }
}
