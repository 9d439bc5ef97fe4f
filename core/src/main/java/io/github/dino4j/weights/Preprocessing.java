package io.github.dino4j.weights;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a model wants its images.
 *
 * @param mean of red, green, blue, for values in 0..1; absent where the file does not normalise
 * @param std likewise
 * @param resize absent where images keep their size
 * @param crop centre crop after resizing
 * @param resample absent where nothing is resized
 * @param order whether values become 0..1 before or after resizing
 * @param padToMultiple pads both sides to a multiple of this many pixels
 */
public record Preprocessing(
        List<Double> mean,
        List<Double> std,
        Optional<Resize> resize,
        Optional<Crop> crop,
        Optional<Resampling> resample,
        Order order,
        OptionalInt padToMultiple) {

    /** ImageNet statistics of RGB in 0..1: every DINO model but the satellite ones. */
    public static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);

    public static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

    /** SAT-493M statistics of RGB in 0..1, as Meta's README and timm give them. */
    public static final List<Double> SAT_MEAN = List.of(0.430, 0.411, 0.296);

    public static final List<Double> SAT_STD = List.of(0.213, 0.156, 0.143);

    public Preprocessing {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }

    /** To which size, in pixels. */
    public sealed interface Resize {
        /** Both sides are forced, the aspect ratio is lost. */
        record Exact(int height, int width) implements Resize {}

        /** The shorter side becomes this long, the aspect ratio is kept. */
        record ShorterSide(int pixels) implements Resize {}
    }

    /** Height and width of a centre crop, in pixels. */
    public record Crop(int height, int width) {}

    /** Filter, in the order of Pillow's numbers. */
    public enum Resampling {
        NEAREST,
        LANCZOS,
        BILINEAR,
        BICUBIC,
        BOX,
        HAMMING
    }

    /** Numbers differ slightly between the two. */
    public enum Order {
        /** Resize bytes, as Pillow does, then scale to 0..1. */
        RESIZE_THEN_RESCALE,
        /** Scale to 0..1, then resize floats without rounding: DINOv3 of Hugging Face. */
        RESCALE_THEN_RESIZE
    }

    Preprocessing withStatistics(List<Double> newMean, List<Double> newStd) {
        return new Preprocessing(newMean, newStd, resize, crop, resample, order, padToMultiple);
    }
}
