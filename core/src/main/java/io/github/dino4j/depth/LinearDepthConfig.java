package io.github.dino4j.depth;

import java.util.List;

/**
 * Shape of a {@link LinearDepthHead}.
 *
 * @param widths C of the layers it reads, the shallowest first
 * @param classToken whether each layer's class token is read too
 * @param norm of all channels together
 * @param upsampling by which factor the patch grid is enlarged
 * @param outputs n: 1 for the depth itself, else the number of bins
 */
public record LinearDepthConfig(
        List<Integer> widths, ClassToken classToken, HeadNorm norm, int upsampling, int outputs) {
    public LinearDepthConfig {
        widths = List.copyOf(widths);
        if (widths.isEmpty() || upsampling < 1 || outputs < 1) {
            throw new IllegalArgumentException(
                    "a linear depth head needs a layer, an upsampling and an output of at least" + " 1, found widths "
                            + widths + ", upsampling " + upsampling + ", outputs " + outputs);
        }
    }

    /** Channels of all layers together. */
    public int channels() {
        int width = widths.stream().mapToInt(w -> w).sum();
        return classToken == ClassToken.APPENDED ? 2 * width : width;
    }
}
