package io.github.dino4j.depth;

import io.github.dino4j.nn.Bias;
import java.util.List;

/**
 * Shape of a {@link DptHead}.
 *
 * @param widths C of the four layers it reads, the shallowest first
 * @param processed channels of the four reassembled maps, the finest first
 * @param channels of the fused maps
 * @param readout what becomes of the class token
 * @param norm of the layers' channels, after the readout
 * @param unitBias bias of the 3x3 convolutions in the residual units
 * @param afterFusion what stands between the last fusion and the output
 * @param hidden channels of the output's last hidden map
 * @param outputs n: 1 for the depth itself, else the number of bins
 */
public record DptConfig(
        List<Integer> widths,
        List<Integer> processed,
        int channels,
        Readout readout,
        HeadNorm norm,
        Bias unitBias,
        AfterFusion afterFusion,
        int hidden,
        int outputs) {
    /** Layers that every DPT reads: its four resolutions are built in. */
    public static final int LEVELS = 4;

    public DptConfig {
        widths = List.copyOf(widths);
        processed = List.copyOf(processed);
        if (widths.size() != LEVELS || processed.size() != LEVELS) {
            throw new IllegalArgumentException("a DPT head reads " + LEVELS + " layers, not " + widths.size()
                    + " of widths " + widths + " for maps of " + processed + " channels");
        }
        if (channels < 2 || hidden < 1 || outputs < 1) {
            throw new IllegalArgumentException("a DPT head needs channels, found " + channels + " fused, " + hidden
                    + " hidden, " + outputs + " at the end");
        }
    }
}
