package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Features;

/**
 * Cosine of one patch, the query, with every patch of the same image or of another one. Immutable.
 *
 * <p>Points are given and returned in pixels of the source photos.
 */
public final class Similarity {
    private final PatchGrid from;
    private final PatchGrid.Patch query;
    private final PatchGrid to;
    private final float[] values;
    private final boolean sameImage;

    /**
     * A patch that answers the query.
     *
     * @param x photo column of its centre
     * @param y photo row of its centre
     * @param cosine in -1..1
     */
    public record Match(int row, int column, double x, double y, double cosine) {}

    private Similarity(PatchGrid from, PatchGrid.Patch query, PatchGrid to, float[] values, boolean sameImage) {
        this.from = from;
        this.query = query;
        this.to = to;
        this.values = values;
        this.sameImage = sameImage;
    }

    /**
     * Compares the patch at a point of photo {@code a} with all patches of {@code b}, which may be {@code a}.
     *
     * @throws IllegalArgumentException if the point lies outside the photo or was cropped away, naming the valid range
     */
    public static Similarity at(Features a, double x, double y, Features b) {
        return of(a, PatchGrid.of(a).at(x, y), b);
    }

    /**
     * Compares the patch in a row and column of the grid of {@code a} with all patches of {@code b}.
     *
     * @throws IllegalArgumentException if the grid has no such patch
     */
    public static Similarity of(Features a, int row, int column, Features b) {
        return of(a, PatchGrid.of(a).require(row, column), b);
    }

    private static Similarity of(Features a, PatchGrid.Patch query, Features b) {
        if (a.dim() != b.dim()) {
            throw new IllegalArgumentException("tokens of width " + a.dim() + " and " + b.dim()
                    + " cannot be compared; use one model for both images");
        }
        float[] token = a.patch(query.row(), query.column());
        float[] patches = b.patches();
        int dim = b.dim();
        float[] values = new float[b.height() * b.width()];
        double length = Math.sqrt(dot(token, token, 0));
        for (int p = 0; p < values.length; p++) {
            double square = 0;
            for (int c = 0; c < dim; c++) {
                square += (double) patches[p * dim + c] * patches[p * dim + c];
            }
            double both = length * Math.sqrt(square);
            double cosine = both > 0 ? dot(token, patches, p * dim) / both : 0;
            values[p] = (float) Math.max(-1, Math.min(1, cosine));
        }
        return new Similarity(PatchGrid.of(a), query, PatchGrid.of(b), values, a == b);
    }

    private static double dot(float[] token, float[] patches, int start) {
        double sum = 0;
        for (int c = 0; c < token.length; c++) {
            sum += (double) token[c] * patches[start + c];
        }
        return sum;
    }

    /** Cosine with each patch of b [h * w], row by row. */
    public float[] values() {
        return values.clone();
    }

    /** The query in photo a; its cosine with itself is 1. */
    public Match query() {
        return match(from, query.row(), query.column(), 1);
    }

    /** The most similar patch of b that shows the photo and not padding; within one image that is the query itself. */
    public Match best() {
        int best = -1;
        for (int p = 0; p < values.length; p++) {
            if (to.showsPhoto(p / to.width(), p % to.width()) && (best < 0 || values[p] > values[best])) {
                best = p;
            }
        }
        best = Math.max(best, 0);
        return match(to, best / to.width(), best % to.width(), values[best]);
    }

    private static Match match(PatchGrid grid, int row, int column, double cosine) {
        return new Match(row, column, grid.sourceX(column + 0.5), grid.sourceY(row + 0.5), cosine);
    }

    /** The cosines as a heat map of b, from their least to their greatest. */
    public HeatMap heatMap() {
        return HeatMap.of(to, values).with(ColourMap.INFERNO);
    }

    /** The heat map over photo b, at any scale, with the query marked if b is a, and the best match otherwise. */
    public RgbImage overlay(RgbImage photo) {
        Match marked = sameImage ? query() : best();
        return mark(heatMap().overlay(photo, 0.75), to, marked);
    }

    /** Photo a, at any scale, with the query marked. */
    public RgbImage queryOn(RgbImage photo) {
        from.requirePhoto(photo.width(), photo.height());
        return mark(photo, from, query());
    }

    private static RgbImage mark(RgbImage picture, PatchGrid grid, Match match) {
        double scaleX = (double) picture.width() / grid.geometry().sourceWidth();
        double scaleY = (double) picture.height() / grid.geometry().sourceHeight();
        return Canvas.marked(picture, match.x() * scaleX, match.y() * scaleY);
    }
}
