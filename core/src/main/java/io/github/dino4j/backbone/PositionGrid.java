package io.github.dino4j.backbone;

import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * Learned positions of the class token and of a square grid of patches, resampled for other grids.
 *
 * <p>Weights: {@code pos_embed} [1, 1 + side^2, C].
 */
public final class PositionGrid {
    private final Tensor positions;
    private final Position.LearnedGrid grid;
    private final Parameters p;

    public PositionGrid(Parameters p, Position.LearnedGrid grid, int dim) {
        this.grid = grid;
        this.p = p;
        positions = p.tensor("pos_embed", Init.truncatedNormal(0.02), 1, 1 + (long) grid.side() * grid.side(), dim);
    }

    /**
     * Positions [1, 1 + h * w, C] for a grid of h x w patches. As in the official code they stay unchanged only for
     * square images of the grid's own size: another shape with as many patches is resampled.
     */
    public Tensor at(int h, int w, boolean square) {
        int side = grid.side();
        if (square && h * w == side * side) {
            return positions;
        }
        return p.table(List.of("pos_embed", h, w), () -> resampled(h, w));
    }

    private Tensor resampled(int h, int w) {
        int side = grid.side();
        long dim = positions.size(2);
        Tensor map = positions
                .narrow(1, 1, (long) side * side)
                .reshape(1, side, side, dim)
                .permute(0, 3, 1, 2);
        Tensor resampled = resample(map, h, w);
        return Tensor.cat(
                1, positions.narrow(1, 0, 1), resampled.permute(0, 2, 3, 1).reshape(1, (long) h * w, dim));
    }

    private Tensor resample(Tensor map, int h, int w) {
        boolean antialias = grid.resample().antialias();
        if (grid.resample() instanceof Position.GridResample.ByScale byScale) {
            double scaleY = (h + byScale.offset()) / grid.side();
            double scaleX = (w + byScale.offset()) / grid.side();
            return map.bicubicByScale(scaleY, scaleX, antialias);
        }
        return map.bicubic(h, w, antialias);
    }
}
