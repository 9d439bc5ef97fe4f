package io.github.dino4j.tensor;

/**
 * Lets linear layers go to libtorch's own operator, as the peer that a comparison needs. It lies in the engine's package to
 * reach a switch that the library does not show.
 */
public final class PlainLinear {
    private PlainLinear() {}

    /** For all threads, until it is called again. */
    public static void use(boolean plain) {
        Tensor.plainLinear = plain;
    }
}
