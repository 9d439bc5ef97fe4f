package io.github.dino4j.segment;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.decoder.TapReader;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Locale;

/** How a backbone and a head run over an image: in one piece or in windows. Immutable. */
public sealed interface Inference {
    /**
     * The image in one piece, in its own size.
     *
     * @param fit how it comes to multiples of the patch
     */
    record Plain(Fit fit) implements Inference {}

    /**
     * The image in one piece, both sides forced to {@code side} pixels (bilinear, not antialiased): DINOv3's evaluation
     * "whole", with 512.
     *
     * @param side taken as the nearest multiple of what backbone and head need (patch, 32 for heads on an adapter): 512
     *     with patches of 16 pixels, 518 with patches of 14
     */
    record Whole(int side) implements Inference {
        public Whole {
            positive("side", side);
        }

        @Override
        public Whole at(double scale) {
            return new Whole(Augmentation.size(side, scale));
        }
    }

    /**
     * In overlapping windows of one size, whose scores are averaged in the image's size before the last resize. On each
     * axis windows begin at multiples of the stride; the last is moved back inside.
     *
     * @param oversize what becomes of a window larger than the image
     * @param fit how a window comes to multiples of the patch
     */
    record Slide(int cropHeight, int cropWidth, int strideHeight, int strideWidth, Oversize oversize, Fit fit)
            implements Inference {
        public Slide {
            positive("crop height", cropHeight);
            positive("crop width", cropWidth);
            positive("stride height", strideHeight);
            positive("stride width", strideWidth);
            if (strideHeight > cropHeight || strideWidth > cropWidth) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "windows of %d x %d pixels at a stride of %d x %d leave gaps; take a stride no larger than"
                                + " the window",
                        cropWidth,
                        cropHeight,
                        strideWidth,
                        strideHeight));
            }
        }

        /**
         * Square windows as DINOv3's evaluation takes them; what fits no patch, which never happens there, is stretched.
         */
        public static Slide dinoV3(int crop, int stride) {
            return new Slide(crop, crop, stride, stride, Oversize.SQUARE, Fit.STRETCH);
        }

        /** Square windows as DINOv2's hub takes them: linear heads 512 at a stride of 341, "ms" heads 640 at 320. */
        public static Slide dinoV2(int crop, int stride) {
            return new Slide(crop, crop, stride, stride, Oversize.CLIP, Fit.PAD);
        }
    }

    /** What becomes of a window that is larger than the image. */
    enum Oversize {
        /** Larger on one side: as wide as the image there. On both: a square of the image's shorter side (DINOv3). */
        SQUARE,
        /** As wide as the image on that side (mmsegmentation, DINOv2). */
        CLIP
    }

    /**
     * The same for a view at a scale: a forced square scales with the photo, all else follows from the photo's size.
     *
     * @param scale of the input's sides
     */
    default Inference at(double scale) {
        return this;
    }

    /**
     * Scores [B, K, height, width] of normalised images [B, 3, H, W], as the official code gives them: the larger the
     * likelier, before any softmax. Windows run several at a time where
     * {@link io.github.dino4j.tensor.Engine#memoryBudget} allows it.
     *
     * @throws IllegalArgumentException if an image or window fits neither backbone nor head
     * @throws IllegalStateException if features or scores are not finite
     */
    default Tensor scores(Backbone backbone, SegmentationHead head, Tensor pixels, int height, int width) {
        HeadPass pass = new HeadPass(backbone, head, "the backbone", "the head");
        return Scope.tidy(() -> Maps.resized(pass.run(this, pixels, height, width), height, width));
    }

    /**
     * The likeliest class of each pixel, as {@link SegmentPredictor} finds it for one view: for a backbone that is no model,
     * such as one that learns.
     *
     * @param pixels the normalised image [1, C, H, W]
     * @param height of the photo
     * @param width of the photo
     */
    default SegmentMap map(
            TapReader backbone, SegmentationHead head, Tensor pixels, ClassList classes, int height, int width) {
        try (Scope scope = Scope.inference()) {
            HeadPass pass = new HeadPass(backbone, head, "the backbone", "the head");
            ClassVote vote = new ClassVote(head.classes(), height, width, false);
            vote.add(pass.run(this, pixels, height, width));
            return vote.map(classes, false);
        }
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be positive, found " + value);
        }
    }
}
