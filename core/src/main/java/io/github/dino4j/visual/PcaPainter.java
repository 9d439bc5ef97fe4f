package io.github.dino4j.visual;

import io.github.dino4j.predict.Features;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Colours patches by their principal components, the same in every image and video frame: fit once, paint many.
 *
 * <p>Two steps (DINOv2, arXiv:2304.07193, figure 1; DINOv3's PCA notebook): the first component of all patches against a
 * threshold gives the foreground; then three components of the foreground alone, whitened, times 2, through a sigmoid,
 * are red, green and blue. Immutable.
 */
public final class PcaPainter {
    private static final int COLOURS = 3;

    private final Pca pca;
    private final @Nullable Foreground foreground;
    private final PcaOptions options;

    private PcaPainter(Pca pca, @Nullable Foreground foreground, PcaOptions options) {
        this.pca = pca;
        this.foreground = foreground;
        this.options = options;
    }

    /**
     * Fits the common basis of several images. If they have fewer than four foreground patches the picture falls back to
     * all patches, see {@link #separatesForeground()}.
     *
     * @throws IllegalArgumentException if the images have fewer than four patches, or come from different models
     */
    public static PcaPainter fit(List<Features> images, PcaOptions options) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("a PCA picture needs at least one image");
        }
        List<boolean[]> shown = images.stream().map(Foreground::shown).toList();
        if (options.foreground()) {
            Foreground foreground = Foreground.fit(images, options);
            List<boolean[]> masks = images.stream().map(foreground::of).toList();
            if (count(masks) > COLOURS) {
                return new PcaPainter(Pca.fit(images, masks, COLOURS), foreground, options);
            }
        }
        return new PcaPainter(Pca.fit(images, shown, COLOURS), null, options);
    }

    /**
     * Fits the basis to foregrounds from elsewhere, such as a foreground classifier; {@link #paint(Features, boolean[])}
     * takes them too.
     *
     * @param masks [h * w] for each image
     */
    public static PcaPainter fit(List<Features> images, List<boolean[]> masks, PcaOptions options) {
        return new PcaPainter(Pca.fit(images, masks, COLOURS), null, options);
    }

    /** Colours one image; it need not be among those the basis was fitted on. */
    public PcaPicture paint(Features image) {
        return paint(image, foreground == null ? Foreground.shown(image) : foreground.of(image));
    }

    /** Colours one image with its foreground given [h * w]. */
    public PcaPicture paint(Features image, boolean[] foreground) {
        PatchGrid grid = PatchGrid.of(image);
        if (foreground.length != grid.size()) {
            throw new IllegalArgumentException("the mask has " + foreground.length + " patches, the image "
                    + grid.height() + " x " + grid.width());
        }
        float[] rgb = pca.projectWhitened(image);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (float) (1 / (1 + Math.exp(-2 * rgb[i])));
        }
        return new PcaPicture(grid, rgb, foreground.clone(), options.enlargement());
    }

    /** Colours all images in their common basis. */
    public static List<PcaPicture> paintAll(List<Features> images, PcaOptions options) {
        PcaPainter painter = fit(images, options);
        List<PcaPicture> pictures = new ArrayList<>();
        for (Features image : images) {
            pictures.add(painter.paint(image));
        }
        return pictures;
    }

    /** The basis of the three colours. */
    public Pca pca() {
        return pca;
    }

    /** True if a foreground was asked for and found. */
    public boolean separatesForeground() {
        return foreground != null;
    }

    private static int count(List<boolean[]> masks) {
        int count = 0;
        for (boolean[] mask : masks) {
            for (boolean taken : mask) {
                count += taken ? 1 : 0;
            }
        }
        return count;
    }
}
