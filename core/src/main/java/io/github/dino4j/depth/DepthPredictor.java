package io.github.dino4j.depth;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.predict.Predictor;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Depth, or canopy height, in metres for each pixel of a photo: a backbone and a {@link DepthHead}. Immutable; any number
 * of threads may use it at once, and {@link #close()} waits for those that do. It frees the head, not the model.
 */
public final class DepthPredictor implements Predictor<DepthMap> {
    private final Model model;
    private final LoadedHead<? extends DepthHead> head;
    private final DepthPreset preset;
    private final Transform transform;
    private final DepthOptions.Mirroring mirroring;

    private DepthPredictor(
            Model model, LoadedHead<? extends DepthHead> head, DepthPreset preset, DepthOptions options) {
        this.model = model;
        this.head = head;
        this.preset = preset;
        this.mirroring = options.mirroring();
        this.transform = new Transform(
                options.sizing(),
                Interpolation.BILINEAR,
                ResizePath.PILLOW,
                preset.normalisation().orElseGet(() -> model.card().transform().normalisation()));
    }

    /**
     * Loads a head for a backbone: a file of Meta, or a folder of Hugging Face that holds both.
     *
     * @throws CheckpointException if it holds no depth head or one for another backbone, or if its name tells no preset
     *     and the options name none
     */
    public static DepthPredictor load(Model backbone, Path head, DepthOptions options) {
        DepthHeadFile file = DepthHeadFile.open(head);
        Optional<DepthNotes> notes = DepthNotes.read(head);
        DepthPreset preset = options.preset()
                .or(() -> notes.map(DepthNotes::preset))
                .or(() -> DepthPreset.find(head))
                .orElseThrow(
                        () -> new CheckpointException(head + ": its tensors do not tell the range of its depths, and"
                                + " its name is none of a published head. Name the preset that it was trained by: "
                                + DepthPreset.list() + "."));
        return new DepthPredictor(
                backbone,
                file.load(
                        backbone.config(),
                        backbone.card().name(),
                        preset,
                        options.layers().or(() -> notes.map(DepthNotes::layers))),
                preset,
                options);
    }

    /** The same with what the file's name tells and the defaults. */
    public static DepthPredictor load(Model backbone, Path head) {
        return load(backbone, head, DepthOptions.DEFAULT);
    }

    /**
     * A predictor over a head in memory, which it closes when it is closed.
     *
     * @param preset how its images are fitted and its map is read; {@link DepthHead#values} and {@link DepthHead#taps} are
     *     the head's own
     * @param options of which preset and layers are not read
     * @throws IllegalArgumentException if the backbone does not have the layers that the head reads, or they have other
     *     widths; the head stays the caller's
     */
    public static DepthPredictor of(
            Model backbone, LoadedHead<? extends DepthHead> head, DepthPreset preset, DepthOptions options) {
        requireWidths(backbone, head);
        return new DepthPredictor(backbone, head, preset, options);
    }

    private static void requireWidths(Model backbone, LoadedHead<? extends DepthHead> head) {
        String name = backbone.card().name();
        Taps taps = head.head().taps();
        List<Integer> has;
        try {
            has = taps.widths(backbone.config());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the depth head (" + head.source() + ") does not fit " + name + ": " + e.getMessage(), e);
        }
        List<Integer> wants = head.head().widths();
        if (!wants.isEmpty() && !wants.equals(has)) {
            throw new IllegalArgumentException("the depth head (" + head.source() + ") reads layers of " + wants
                    + " channels; " + name + " has " + has + " after layers "
                    + Arrays.toString(taps.layers().indices(backbone.config().depth()))
                    + ". Take the backbone that the head was made for.");
        }
    }

    public DepthHead head() {
        return head.head();
    }

    public DepthPreset preset() {
        return preset;
    }

    /** The backbone. */
    public Model model() {
        return model;
    }

    /** The head's file, or how its weights were drawn. */
    public String source() {
        return head.source();
    }

    /** How photos are prepared. */
    public Transform transform() {
        return transform;
    }

    /** Whether the mirrored photo is asked too. */
    public DepthOptions.Mirroring mirroring() {
        return mirroring;
    }

    /**
     * Depth of each pixel of the photo.
     *
     * @throws IllegalArgumentException if the photo takes more memory than {@link Engine#memoryBudget} allows, or needs a
     *     fit that the preset does not have
     * @throws IllegalStateException if the model gives values that are not finite, or is closed
     */
    @Override
    public DepthMap predict(RgbImage photo) {
        return predict(photo, Optional.empty());
    }

    @Override
    public DepthMap predict(RgbImage photo, DepthFrame depth) {
        return predict(photo, Optional.of(depth));
    }

    private DepthMap predict(RgbImage photo, Optional<DepthFrame> measured) {
        Pixels pixels = model.prepare(transform, photo, measured);
        requireFit(pixels);
        requireMemory(pixels);
        return model.run(backbone -> head.use(h -> {
            Tensor depth = depth(backbone, h, Model.tensor(List.of(pixels)));
            boolean same = photo.width() == pixels.width() && photo.height() == pixels.height();
            Tensor full = same ? depth : depth.bilinear(photo.height(), photo.width(), false);
            return DepthMap.of(preset.quantity(), photo.width(), photo.height(), full.toFloats());
        }));
    }

    /**
     * Depth [B, 1, H, W] of normalised images [B, 3, H, W], at their pixels. For use inside {@link Model#run}.
     *
     * @throws IllegalStateException if the head is closed, or the model gives values that are not finite
     */
    public Tensor depth(Backbone backbone, Tensor pixels) {
        return head.use(h -> depth(backbone, h, pixels));
    }

    private Tensor depth(Backbone backbone, DepthHead h, Tensor pixels) {
        Tensor depth = once(backbone, h, pixels);
        if (mirroring == DepthOptions.Mirroring.NONE) {
            return depth;
        }
        return depth.add(once(backbone, h, pixels.flip(3)).flip(3)).mul(0.5);
    }

    private Tensor once(Backbone backbone, DepthHead h, Tensor pixels) {
        return Scope.tidy(() -> {
            int multiple = InputFit.multiple(backbone.config());
            Tensor fitted = preset.fit().apply(pixels, multiple);
            List<Tokens> taps = h.taps().read(backbone, fitted);
            requireFinite(backbone, taps);
            Tensor map = h.forward(fitted, taps);
            if (!map.isFinite()) {
                throw new NotFiniteException("the depth head (" + head.source()
                        + ") gives NaN or infinite depths from finite features: its weights do not belong together, or"
                        + " are damaged");
            }
            DepthRange range = h.values().range();
            int height = (int) pixels.size(2);
            int width = (int) pixels.size(3);
            return preset.restoration().apply(map, range, preset.fit(), height, width, multiple);
        });
    }

    private void requireFinite(Backbone backbone, List<Tokens> taps) {
        int[] layers = head.head().taps().layers().indices(backbone.config().depth());
        for (int i = 0; i < taps.size(); i++) {
            if (!taps.get(i).patches().isFinite() || !taps.get(i).cls().isFinite()) {
                throw new NotFiniteException("the features of " + model.card().name() + " after layer " + layers[i]
                        + " are NaN or infinite: the image has such values, or the arithmetic overflows; try another"
                        + " precision");
            }
        }
    }

    private void requireFit(Pixels pixels) {
        int multiple = InputFit.multiple(model.config());
        if (preset.fit() == InputFit.NOTHING && (pixels.height() % multiple != 0 || pixels.width() % multiple != 0)) {
            throw new IllegalArgumentException("an image of " + pixels.width() + " x " + pixels.height()
                    + " pixels is no multiple of " + multiple + ", and the preset '" + preset.name()
                    + "' fits none: take CENTRE_PADDING or STRETCH, or a sizing that gives a multiple");
        }
    }

    private void requireMemory(Pixels pixels) {
        int patch = model.config().patch();
        int rows = (pixels.height() + patch - 1) / patch;
        int columns = (pixels.width() + patch - 1) / patch;
        long bytes = model.memory(1, rows * patch, columns * patch).bytes()
                + head.head().bytes(rows, columns);
        if (bytes > Engine.memoryBudget()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "depth of an image of %d x %d pixels takes about %.0f MB, the memory budget is %.0f MB; raise it"
                            + " (Engine.memoryBudget), or take a smaller sizing (DepthOptions.withSizing)",
                    pixels.width(),
                    pixels.height(),
                    bytes / 1e6,
                    Engine.memoryBudget() / 1e6));
        }
    }

    /** Frees the head when running calls have ended; closing twice is harmless. */
    @Override
    public void close() {
        head.close();
    }
}
