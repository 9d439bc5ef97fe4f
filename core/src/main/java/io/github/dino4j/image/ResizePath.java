package io.github.dino4j.image;

/**
 * Which arithmetic resizes. The three agree within a level or two on smooth pictures and differ by up to 14 at hard
 * edges (bicubic), so that an index built through one path should be searched through the same.
 */
public enum ResizePath {
    /** Pillow: 22-bit fixed point, rounded to 8 bits between the horizontal and the vertical pass. DINOv1, DINOv2, timm. */
    PILLOW("Pillow"),
    /** torchvision on uint8 tensors: float32, rounded half to even and clamped once at the end. DINOv3. */
    TENSOR_UINT8("uint8 tensor"),
    /** torch on floats in 0..1, not rounded: rescale first, then resize. Hugging Face's DINOv3 processor. */
    TENSOR_FLOAT("float tensor");

    private final String words;

    ResizePath(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
