package io.github.dino4j.image;

import java.util.Arrays;
import java.util.Optional;

/**
 * Prepares an image for a model: size, resampling filter and arithmetic, normalisation. The statics are the transforms
 * that the models' own code applies; golden cases hold them to it.
 *
 * <p>Order of work: on the 8-bit paths resize, crop (padding with black), divide by 255, normalise; on the float path divide
 * by 255 first. {@link Sizing.PadToMultiple} pads with zeros after the normalisation.
 *
 * <p>Immutable; one instance serves any number of threads.
 *
 * @param depth how depth is normalised, for models that read it beside the colours
 */
public record Transform(
        Sizing sizing,
        Interpolation interpolation,
        ResizePath path,
        Normalisation normalisation,
        Resampling resampling,
        Optional<DepthNormalisation> depth) {

    public Transform {
        if (path != ResizePath.PILLOW) {
            Resize.checkTensor(interpolation);
        }
    }

    /** An exact transform. */
    public Transform(Sizing sizing, Interpolation interpolation, ResizePath path, Normalisation normalisation) {
        this(sizing, interpolation, path, normalisation, Resampling.EXACT, Optional.empty());
    }

    /** DINOv1's evaluation transform: shorter side 256, bicubic by Pillow, centre crop 224. */
    public static Transform dinoV1Eval() {
        return timm(224, 0.875, Interpolation.BICUBIC, Normalisation.IMAGENET);
    }

    /** DINOv2's {@code make_classification_eval_transform}, which is DINOv1's. */
    public static Transform dinoV2Eval() {
        return dinoV1Eval();
    }

    /** DINOv3's {@code make_transform} of its README: both sides forced to {@code size}, bilinear, on a uint8 tensor. */
    public static Transform dinoV3(int size) {
        return new Transform(
                new Sizing.Exact(size, size), Interpolation.BILINEAR, ResizePath.TENSOR_UINT8, Normalisation.IMAGENET);
    }

    /** {@link #dinoV3(int)} at 256, the size DINOv3's README shows. */
    public static Transform dinoV3() {
        return dinoV3(256);
    }

    /** DINOv3's evaluation transform: shorter side 256, bicubic on a uint8 tensor, centre crop 224. */
    public static Transform dinoV3Eval() {
        return new Transform(
                new Sizing.ShorterSideThenCrop(256, 224, CropRounding.HALF_EVEN),
                Interpolation.BICUBIC,
                ResizePath.TENSOR_UINT8,
                Normalisation.IMAGENET);
    }

    /** Hugging Face's {@code DINOv3ViTImageProcessorFast}: rescaled first, then resized as floats, bilinear. */
    public static Transform huggingFaceDinoV3(int height, int width) {
        return new Transform(
                new Sizing.Exact(height, width),
                Interpolation.BILINEAR,
                ResizePath.TENSOR_FLOAT,
                Normalisation.IMAGENET);
    }

    /** Hugging Face's slow {@code BitImageProcessor} (DINOv2): shorter side by Pillow bicubic, crop rounded down. */
    public static Transform huggingFaceBit(int shortestEdge, int crop) {
        return new Transform(
                new Sizing.ShorterSideThenCrop(shortestEdge, crop, CropRounding.FLOOR),
                Interpolation.BICUBIC,
                ResizePath.PILLOW,
                Normalisation.IMAGENET);
    }

    /**
     * timm's evaluation transform: shorter side {@code floor(size / cropPct)} by Pillow, centre crop {@code size}.
     *
     * @param cropPct share of the shorter side that is kept, in (0, 1]
     */
    public static Transform timm(int size, double cropPct, Interpolation interpolation, Normalisation normalisation) {
        if (!(cropPct > 0 && cropPct <= 1)) {
            throw new IllegalArgumentException("crop_pct is a share in (0, 1], found " + cropPct);
        }
        int shorter = (int) Math.floor(size / cropPct);
        return new Transform(
                new Sizing.ShorterSideThenCrop(shorter, size, CropRounding.HALF_EVEN),
                interpolation,
                ResizePath.PILLOW,
                normalisation);
    }

    /** The same with both sides forced to {@code height x width}. */
    public Transform withSize(int height, int width) {
        return withSizing(new Sizing.Exact(height, width));
    }

    public Transform withSizing(Sizing sizing) {
        return new Transform(sizing, interpolation, path, normalisation, resampling, depth);
    }

    public Transform withNormalisation(Normalisation normalisation) {
        return new Transform(sizing, interpolation, path, normalisation, resampling, depth);
    }

    public Transform withInterpolation(Interpolation interpolation) {
        return new Transform(sizing, interpolation, path, normalisation, resampling, depth);
    }

    public Transform withPath(ResizePath path) {
        return new Transform(sizing, interpolation, path, normalisation, resampling, depth);
    }

    /** The same, resized exactly (which is the default) or fast. */
    public Transform withResampling(Resampling resampling) {
        return new Transform(sizing, interpolation, path, normalisation, resampling, depth);
    }

    /** The same for RGB-D models, see {@link #apply(RgbImage, DepthFrame)}. */
    public Transform withDepth(DepthNormalisation depth) {
        return new Transform(sizing, interpolation, path, normalisation, resampling, Optional.of(depth));
    }

    /** One line to store beside results, for example {@code both sides forced to 256 x 256; bilinear, uint8 tensor; mean ...}. */
    public String describe() {
        String resize = interpolation + ", " + path + (isFast() ? " approximated fast" : "");
        return sizing + "; " + resize + "; " + normalisation
                + depth.map(d -> "; " + d).orElse("");
    }

    private boolean isFast() {
        return resampling == Resampling.FAST && FastResampler.knows(interpolation);
    }

    /**
     * Applies the transform.
     *
     * @throws IllegalArgumentException if the policy would leave nothing of this image or blow it up past 179 million pixels
     */
    public Pixels apply(RgbImage image) {
        Layout layout = Layout.of(sizing, image.height(), image.width());
        float[] values = new float[Math.multiplyExact(3, layout.height() * layout.width())];
        if (path == ResizePath.TENSOR_FLOAT && !isFast()) {
            float[] resized =
                    Resize.interleavedFloat(image, layout.resizedHeight(), layout.resizedWidth(), interpolation);
            fill(values, layout, (from, to, end, c) -> {
                for (int f = from; to < end; f += 3) {
                    values[to++] = normalisation.apply(resized[f], c);
                }
            });
        } else {
            byte[] resized = resize(image, layout).rgb();
            float[][] tables = new float[3][256];
            for (int c = 0; c < 3; c++) {
                for (int level = 0; level < 256; level++) {
                    tables[c][level] = normalisation.apply(level / 255f, c);
                }
            }
            fill(values, layout, (from, to, end, c) -> {
                float[] table = tables[c];
                for (int f = from; to < end; f += 3) {
                    values[to++] = table[resized[f] & 0xff];
                }
            });
        }
        return new Pixels(values, Geometry.of(image, layout, sizing.toString()));
    }

    /**
     * Applies the transform to a picture and its depth: {@link Pixels} of four channels, the depth resized, cropped and
     * padded as the colours are, last. Depth is resized by the mean over the measured part of the area that a new pixel
     * covers, whatever filter the colours take: negative lobes and holes would make depths that nothing in the scene has.
     * Padding counts as not measured. Whoever mirrors or crops the pixels afterwards does it to all four channels at once.
     *
     * @throws IllegalArgumentException if the two differ in size, or the transform has no normalisation of depth
     */
    public Pixels apply(RgbImage image, DepthFrame frame) {
        DepthNormalisation normalised = depth.orElseThrow(() ->
                new IllegalArgumentException("this transform prepares colours alone; give it a normalisation of depth,"
                        + " withDepth(DepthNormalisation.INDOOR), or take that of an RGB-D model's card"));
        if (frame.width() != image.width() || frame.height() != image.height()) {
            throw new IllegalArgumentException("the depth frame is " + frame.width() + " x " + frame.height()
                    + " pixels, its picture " + image.width() + " x " + image.height()
                    + "; register the depth to the picture first, so that both show one point at one place");
        }
        Pixels colours = apply(image);
        Layout layout = Layout.of(sizing, image.height(), image.width());
        DepthFrame resized = frame.resized(layout.resizedHeight(), layout.resizedWidth());
        int area = layout.height() * layout.width();
        float[] values = Arrays.copyOf(colours.values(), Math.multiplyExact(4, area)); // where padded, depth stays 0
        Geometry.Box content = colours.geometry().content();
        for (int y = content.top(); y < content.bottom(); y++) {
            for (int x = content.left(); x < content.right(); x++) {
                values[3 * area + y * layout.width() + x] =
                        normalised.apply(resized.at(x + layout.left(), y + layout.top()));
            }
        }
        return new Pixels(values, colours.geometry());
    }

    private RgbImage resize(RgbImage image, Layout layout) {
        int height = layout.resizedHeight();
        int width = layout.resizedWidth();
        if (isFast()) {
            return Resize.fast(image, height, width, interpolation);
        }
        return path == ResizePath.PILLOW
                ? Resize.pillow(image, height, width, interpolation)
                : Resize.tensorUint8(image, height, width, interpolation);
    }

    /** Writes the values {@code to .. end - 1} of one row of a channel; {@code from} is the first one's interleaved index. */
    private interface Row {
        void write(int from, int to, int end, int channel);
    }

    private void fill(float[] values, Layout layout, Row row) {
        int left = Math.max(0, layout.left());
        int right = Math.min(layout.resizedWidth(), layout.left() + layout.width());
        for (int c = 0, o = 0; c < 3; c++) {
            float padding = layout.padAfterNormalising() ? 0 : normalisation.apply(0, c);
            for (int y = layout.top(); y < layout.top() + layout.height(); y++, o += layout.width()) {
                if (y < 0 || y >= layout.resizedHeight() || left >= right) {
                    Arrays.fill(values, o, o + layout.width(), padding);
                    continue;
                }
                int begin = o + left - layout.left();
                int end = o + right - layout.left();
                Arrays.fill(values, o, begin, padding);
                row.write(3 * (y * layout.resizedWidth() + left) + c, begin, end, c);
                Arrays.fill(values, end, o + layout.width(), padding);
            }
        }
    }
}
