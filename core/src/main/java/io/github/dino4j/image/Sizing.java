package io.github.dino4j.image;

/** How an image comes to the size that a model sees. Chosen by name, so that nothing is cropped or bent in silence. */
public sealed interface Sizing {

    /** A policy that keeps the whole image and adds nothing; padding and cropping may follow it. */
    sealed interface Scaling extends Sizing permits AsIs, Exact, ShorterSide, LongerSideAtMost, KeepAspectToMultiple {}

    /** No resizing. */
    record AsIs() implements Scaling {
        @Override
        public String toString() {
            return "size as it is";
        }
    }

    /** Both sides forced; the aspect ratio is not kept (DINOv3's README transform). */
    record Exact(int height, int width) implements Scaling {
        public Exact {
            positive("height", height);
            positive("width", width);
        }

        @Override
        public String toString() {
            return "both sides forced to " + height + " x " + width;
        }
    }

    /** The shorter side becomes {@code size}, the longer one {@code int(size * long / short)}. */
    record ShorterSide(int size) implements Scaling {
        public ShorterSide {
            positive("size", size);
        }

        @Override
        public String toString() {
            return "shorter side " + size;
        }
    }

    /**
     * The longer side becomes {@code size} where it is more, the other one the whole number that keeps the aspect best; small
     * images stay as they are. Pillow's {@code thumbnail}, of DINOv1's retrieval on Oxford and Paris.
     */
    record LongerSideAtMost(int size) implements Scaling {
        public LongerSideAtMost {
            positive("size", size);
        }

        @Override
        public String toString() {
            return "longer side at most " + size + ", aspect kept";
        }
    }

    /** Which side a target length speaks of. */
    enum Side {
        SHORTER,
        LONGER
    }

    /**
     * Keeps the aspect ratio as nearly as the patch grid allows: the named side becomes {@code target}, then both sides
     * are rounded to the nearest multiple of {@code multiple}, at least one.
     */
    record KeepAspectToMultiple(Side side, int target, int multiple) implements Scaling {
        public KeepAspectToMultiple {
            positive("target", target);
            positive("multiple", multiple);
        }

        @Override
        public String toString() {
            return (side == Side.SHORTER ? "shorter" : "longer") + " side about " + target
                    + ", aspect kept, both sides multiples of " + multiple;
        }
    }

    /**
     * The shorter side becomes {@code size}, then the square of side {@code crop} in the middle is taken; a smaller image
     * is padded with black first. Evaluation transform of DINOv1, DINOv2, timm.
     */
    record ShorterSideThenCrop(int size, int crop, CropRounding rounding) implements Sizing {
        public ShorterSideThenCrop {
            positive("size", size);
            positive("crop", crop);
        }

        @Override
        public String toString() {
            return "shorter side " + size + ", centre crop " + crop + " x " + crop + " (" + rounding + ")";
        }
    }

    /**
     * Centred zeros, added after the normalisation, up to the next multiple; the smaller half comes first. DINOv2's
     * {@code CenterPadding} of its depth and segmentation models.
     */
    record PadToMultiple(int multiple, Scaling first) implements Sizing {
        public PadToMultiple {
            positive("multiple", multiple);
        }

        public PadToMultiple(int multiple) {
            this(multiple, new AsIs());
        }

        @Override
        public String toString() {
            return first + ", padded to a multiple of " + multiple;
        }
    }

    /** The remainder at the right and at the bottom is cut off. DINOv1's attention script. */
    record CropToMultiple(int multiple, Scaling first) implements Sizing {
        public CropToMultiple {
            positive("multiple", multiple);
        }

        public CropToMultiple(int multiple) {
            this(multiple, new AsIs());
        }

        @Override
        public String toString() {
            return first + ", right and bottom cut to a multiple of " + multiple;
        }
    }

    private static void positive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, found " + value);
        }
    }
}
