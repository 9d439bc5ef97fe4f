package io.github.dino4j.tensor;

/** Arithmetic of packed products. What is added up is float32 in each. */
public enum Precision {
    FLOAT32(DType.F32),
    BFLOAT16(DType.BF16),
    /**
     * Weights as int8 with a scale an output channel; activations as uint8 by the range of their tile. Tiles are cut by
     * the image size and {@link Engine#threads()}, so features move in their last digits when the number of threads does.
     */
    INT8(DType.I8);

    private final DType weights;

    Precision(DType weights) {
        this.weights = weights;
    }

    /** Type of packed weights. */
    public DType weights() {
        return weights;
    }

    /** Type in which q, k and v are held for attention: softmax weights need more than eight bits. */
    public DType attention() {
        return this == FLOAT32 ? DType.F32 : DType.BF16;
    }

    /** Whether this processor has kernels for it; without them a product would run in reference code, some 100 times slower. */
    public boolean supported() {
        return PackedWeight.supported(this);
    }
}
