package io.github.dino4j.image;

/** What becomes of transparency: a model sees three channels. */
public sealed interface Alpha {

    /** The colour below is taken as it stands in the file, as PIL's {@code convert("RGB")} does. */
    record Drop() implements Alpha {}

    /** The image is laid over one colour, {@code 0xRRGGBB}. */
    record Over(int rgb) implements Alpha {
        public Over {
            if (rgb < 0 || rgb > 0xffffff) {
                throw new IllegalArgumentException("a background is 0xRRGGBB, found 0x" + Integer.toHexString(rgb));
            }
        }
    }

    /** One channel of a pixel: {@code value} and {@code alpha} in 0..255, channel 0 is red. */
    default int apply(int value, int alpha, int channel) {
        if (this instanceof Over over) {
            int below = (over.rgb >> (8 * (2 - channel))) & 0xff;
            int sum = value * alpha + below * (255 - alpha) + 128;
            return (sum + (sum >> 8)) >> 8; // division by 255, rounded
        }
        return value;
    }
}
