package io.github.dino4j.lora;

import java.util.Arrays;
import java.util.Locale;

/** A matrix of a block that an adapter can change. */
public enum Target {
    /** Queries: the first third of {@code attn.qkv}. */
    Q,
    /** Keys: the second third. */
    K,
    /** Values: the last third. */
    V,
    /** The projection after attention. */
    PROJ,
    /** The first layer of a plain feed-forward network; {@code pwconv1} of a ConvNeXt. */
    FC1,
    /** The second one; {@code pwconv2} of a ConvNeXt. */
    FC2,
    /** The gate of a gated network: also the first half of DINOv2's {@code w12}. */
    W1,
    /** What is gated: also the second half of {@code w12}. */
    W2,
    /** The last layer of a gated network. */
    W3;

    /** The name in files and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The target of this label, such as {@code q}. */
    public static Target of(String label) {
        return Arrays.stream(values())
                .filter(target -> target.label().equals(label.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + label + "' is no target of LoRA; there are "
                        + String.join(
                                ", ", Arrays.stream(values()).map(Target::label).toList())));
    }
}
