package io.github.dino4j.retrieve;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.export.ModelIdentity;
import io.github.dino4j.image.Box;
import io.github.dino4j.image.Geometry;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Photos as vectors to search by (global descriptors), and as vectors of their parts. Immutable; the model stays the caller's,
 * and any thread may read.
 *
 * @param pooling of the tokens, after the backbone's final norm
 * @param scales of the prepared image whose vectors are averaged: bilinear, as DINOv1's retrieval; mostly 1 alone
 * @param grid parts are the cells of a grid of so many rows and columns over what the model sees; 0: no parts
 * @param transform how photos are prepared
 */
public record DescriptorReader(Model model, Pooling pooling, List<Double> scales, int grid, Transform transform)
        implements PhotoDescriber {
    /** 1, 1 / sqrt(2), 1 / 2. */
    public static final List<Double> MULTI_SCALE = List.of(1.0, Math.sqrt(0.5), 0.5);

    private static final List<Double> ONE_SCALE = List.of(1.0);

    public DescriptorReader {
        scales = List.copyOf(scales);
        if (scales.isEmpty() || scales.stream().anyMatch(s -> !(s > 0 && s <= 4))) {
            throw new IllegalArgumentException("scales of an image are above 0 and at most 4, found " + scales);
        }
        if (grid < 0 || grid > 64) {
            throw new IllegalArgumentException("parts are the cells of a grid of up to 64 x 64, found " + grid);
        }
    }

    /** The vector of a photo and those of its parts. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record Described(float[] vector, List<IndexedImage.Part> parts) {}

    /** The class token of the whole photo at the model's reference size, both sides forced, so that no border is lost. */
    public static DescriptorReader whole(Model model, int side) {
        Transform own = model.card().transform();
        return new DescriptorReader(model, Pooling.CLS, ONE_SCALE, 0, own.withSizing(new Sizing.Exact(side, side)));
    }

    /** DINOv1's retrieval on Oxford and Paris: the class token, the longer side at most 224. */
    public static DescriptorReader landmarks(Model model) {
        return new DescriptorReader(
                model,
                Pooling.CLS,
                ONE_SCALE,
                0,
                pillow(model, new Sizing.LongerSideAtMost(224), Interpolation.LANCZOS));
    }

    /** DINOv1's copy detection: class token and generalised mean of the patches, at 320 x 320. */
    public static DescriptorReader copies(Model model) {
        return new DescriptorReader(
                model,
                Pooling.clsGem(4),
                ONE_SCALE,
                0,
                pillow(model, new Sizing.Exact(320, 320), Interpolation.BICUBIC));
    }

    private static Transform pillow(Model model, Sizing sizing, Interpolation filter) {
        return new Transform(
                sizing, filter, ResizePath.PILLOW, model.card().transform().normalisation());
    }

    public DescriptorReader with(Pooling other) {
        return new DescriptorReader(model, other, scales, grid, transform);
    }

    public DescriptorReader withScales(List<Double> other) {
        return new DescriptorReader(model, pooling, other, grid, transform);
    }

    public DescriptorReader withGrid(int cells) {
        return new DescriptorReader(model, pooling, scales, cells, transform);
    }

    public DescriptorReader with(Transform other) {
        return new DescriptorReader(model, pooling, scales, grid, other);
    }

    /** Where the vectors of photos belong. Reads ends of the model's file for its fingerprint. */
    public FeatureSpace space() {
        return space(pooling.describe(), pooling.width(model.config().dim()), scales);
    }

    /** Where the vectors of parts belong. */
    public FeatureSpace partSpace() {
        return space(
                "mean over a cell of " + grid + " x " + grid, model.config().dim(), ONE_SCALE);
    }

    /** What an index of this reader compares. */
    @Override
    public Spaces spaces() {
        return new Spaces(space(), grid == 0 ? Optional.empty() : Optional.of(partSpace()));
    }

    private FeatureSpace space(String pooled, int dim, List<Double> at) {
        Map<String, String> settings =
                new LinkedHashMap<>(ModelIdentity.of(model).toMap());
        settings.put(FeatureSpace.POOLING, pooled);
        settings.put(FeatureSpace.SCALES, at.toString());
        settings.put(FeatureSpace.TRANSFORM, transform.describe());
        return new FeatureSpace(model.card().name() + " " + pooled, dim, settings);
    }

    /**
     * The vector [dim] of a photo.
     *
     * @throws NotFiniteException if the model gives NaN or infinity
     */
    public float[] read(RgbImage photo) {
        return readAll(List.of(photo)).get(0).vector();
    }

    /**
     * Photos with their parts; neighbours that the transform brings to one size go through the model in one pass.
     *
     * @throws NotFiniteException if the model gives NaN or infinity
     */
    public List<Described> readAll(List<RgbImage> photos) {
        List<Pixels> pixels = photos.stream()
                .map(photo -> model.prepare(transform, photo, Optional.empty()))
                .toList();
        return readPrepared(pixels);
    }

    /** The same of images that the transform has prepared. */
    @Override
    public List<Described> readPrepared(List<Pixels> pixels) {
        List<Described> described = new ArrayList<>();
        for (int first = 0; first < pixels.size(); ) {
            int end = first + 1;
            while (end < pixels.size()
                    && pixels.get(first).height() == pixels.get(end).height()
                    && pixels.get(first).width() == pixels.get(end).width()) {
                end++;
            }
            described.addAll(pass(pixels.subList(first, end)));
            first = end;
        }
        return described;
    }

    private List<Described> pass(List<Pixels> pixels) {
        return model.run(backbone -> {
            Tensor images = Model.tensor(pixels);
            Tokens tokens = backbone.forward(images).normed();
            float[] vectors =
                    finite(averaged(backbone, images, tokens, pooling, scales).toFloats());
            float[] cells = grid == 0
                    ? new float[0]
                    : finite(tokens.map()
                            .area(grid, grid)
                            .flatten(2, 3)
                            .transpose(1, 2)
                            .contiguous()
                            .toFloats());
            int dim = vectors.length / pixels.size();
            List<Described> described = new ArrayList<>();
            for (int i = 0; i < pixels.size(); i++) {
                float[] vector = Arrays.copyOfRange(vectors, i * dim, (i + 1) * dim);
                described.add(new Described(vector, parts(tokens, pixels.get(i).geometry(), cells, i)));
            }
            return described;
        });
    }

    /** The mean of the pooled vectors of all scales [B, dim]; of unit length where there are several. */
    static Tensor averaged(Backbone backbone, Tensor images, Tokens atOne, Pooling pooling, List<Double> scales) {
        if (scales.equals(ONE_SCALE)) {
            return pooling.of(atOne);
        }
        Tensor sum = null;
        for (double scale : scales) {
            Tensor one = scale == 1
                    ? pooling.of(atOne)
                    : Scope.tidy(() -> pooling.of(
                            backbone.forward(images.bilinearByScale(scale)).normed()));
            sum = sum == null ? one : sum.add(one);
        }
        Tensor mean = Objects.requireNonNull(sum).mul(1.0 / scales.size());
        return mean.div(mean.square().sum(true, 1).sqrt());
    }

    private float[] finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new NotFiniteException("the features of " + model.card().name()
                        + " are NaN or infinite: the arithmetic overflows; try another precision");
            }
        }
        return values;
    }

    private List<IndexedImage.Part> parts(Tokens tokens, Geometry geometry, float[] cells, int image) {
        List<IndexedImage.Part> parts = new ArrayList<>();
        int dim = model.config().dim();
        for (int cell = 0; cell < grid * grid; cell++) {
            int row = cell / grid;
            int column = cell % grid;
            Box place = place(
                    geometry,
                    tokens,
                    column * tokens.width() / grid,
                    row * tokens.height() / grid,
                    -Math.floorDiv(-(column + 1) * tokens.width(), grid),
                    -Math.floorDiv(-(row + 1) * tokens.height(), grid));
            int from = (image * grid * grid + cell) * dim;
            if (place.area() > 0) { // else padding alone
                parts.add(new IndexedImage.Part(place, Arrays.copyOfRange(cells, from, from + dim)));
            }
        }
        return parts;
    }

    /** Patches [left, right) x [top, bottom) in pixels of the photo. */
    private static Box place(Geometry geometry, Tokens tokens, int left, int top, int right, int bottom) {
        double patchX = (double) geometry.width() / tokens.width();
        double patchY = (double) geometry.height() / tokens.height();
        double x0 = geometry.toSourceX(left * patchX);
        double x1 = geometry.toSourceX(right * patchX);
        double y0 = geometry.toSourceY(top * patchY);
        double y1 = geometry.toSourceY(bottom * patchY);
        return new Box(x0, y0, x1, y1).clip(geometry.sourceWidth(), geometry.sourceHeight());
    }

    /**
     * The part around a point, of the size of a cell of the grid, to search for in an index of parts.
     *
     * @param x column in pixels of the photo, from 0 at its left edge
     * @param y row, from 0 at its upper edge
     * @throws IllegalArgumentException if the point is outside of the photo, or of what the model sees of it
     */
    public IndexedImage.Part readPart(RgbImage photo, double x, double y) {
        if (grid == 0) {
            throw new IllegalArgumentException("this reader has no parts; withGrid gives it some");
        }
        Pixels pixels = model.prepare(transform, photo, Optional.empty());
        Geometry geometry = pixels.geometry();
        double inputX = geometry.toInputX(x);
        double inputY = geometry.toInputY(y);
        if (!(x >= 0 && y >= 0 && x < photo.width() && y < photo.height())) {
            throw new IllegalArgumentException("the point " + x + "," + y + " is outside of the photo of "
                    + photo.width() + " x " + photo.height() + " pixels");
        }
        if (!(inputX >= 0 && inputY >= 0 && inputX < geometry.width() && inputY < geometry.height())) {
            throw new IllegalArgumentException("the point " + x + "," + y + " is where the model does not look: "
                    + geometry.policy() + "; take one nearer to the middle");
        }
        return model.run(backbone -> {
            Tokens tokens = backbone.forward(Model.tensor(List.of(pixels))).normed();
            int width = Math.max(1, Math.round((float) tokens.width() / grid));
            int height = Math.max(1, Math.round((float) tokens.height() / grid));
            int left = start(inputX / geometry.width() * tokens.width(), width, tokens.width());
            int top = start(inputY / geometry.height() * tokens.height(), height, tokens.height());
            Tensor cell =
                    tokens.map().narrow(2, top, height).narrow(3, left, width).mean(false, 2, 3);
            return new IndexedImage.Part(
                    place(geometry, tokens, left, top, left + width, top + height), finite(cell.toFloats()));
        });
    }

    /** First patch of a window around a place, moved inwards at the edges. */
    private static int start(double at, int length, int patches) {
        int centre = Math.min(patches - 1, (int) at);
        return Math.max(0, Math.min(patches - length, centre - (length - 1) / 2));
    }
}
