package io.github.dino4j.image;

/** Where a centre crop begins when the border cannot be halved. */
public enum CropRounding {
    /** {@code round((size - crop) / 2)} to even, as torchvision; a smaller image is padded with the smaller half first. */
    HALF_EVEN("half-even") {
        @Override
        int offset(int size, int crop) {
            return size >= crop ? (int) Math.rint((size - crop) / 2.0) : -((crop - size) / 2);
        }
    },
    /** {@code (size - crop) / 2} downwards, as Hugging Face; a smaller image is padded with the larger half first. */
    FLOOR("floor") {
        @Override
        int offset(int size, int crop) {
            return Math.floorDiv(size - crop, 2);
        }
    };

    private final String words;

    CropRounding(String words) {
        this.words = words;
    }

    /** First source index of the crop; negative where the image is padded. */
    abstract int offset(int size, int crop);

    @Override
    public String toString() {
        return words;
    }
}
