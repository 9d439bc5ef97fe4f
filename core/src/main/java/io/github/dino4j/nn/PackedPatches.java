package io.github.dino4j.nn;

import io.github.dino4j.nn.FeatureMap.Band;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.PackedWeight;
import io.github.dino4j.tensor.PackedWeight.Then;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Tiles;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A convolution whose stride is its kernel as a product on packed weights, a band of lines at a time. The values of a
 * square stand in the order in which its source has them in memory, and the weights follow.
 */
final class PackedPatches {
    private final PackedWeight weight;
    private final int side;
    private final Consumer<Tensor> observer;

    /** See {@link PackedLinear}. */
    PackedPatches(PackedWeight weight, int side, Consumer<Tensor> observer) {
        this.weight = weight;
        this.side = side;
        this.observer = observer;
    }

    /** Weights [C, channels, k, k] for images with their channels apart, as [C, channels k k]. */
    static Tensor forImages(Tensor weight) {
        return weight.reshape(weight.size(0), -1);
    }

    /** The same for maps with channels last, as [C, k k channels]. */
    static Tensor forMaps(Tensor weight) {
        return weight.permute(0, 2, 3, 1).reshape(weight.size(0), -1);
    }

    /** See {@link PatchProjection}. */
    FeatureMap ofImage(Tensor pixels, UnaryOperator<Tensor> after) {
        long width = pixels.size(3) / side;
        return project(
                pixels.size(0),
                pixels.size(2) / side,
                width,
                after,
                band -> pixels.narrow(0, band.image(), 1)
                        .narrow(2, band.first() * side, band.lines() * side)
                        .narrow(3, 0, width * side)
                        .reshape(pixels.size(1), band.lines(), side, width, side)
                        .permute(1, 3, 0, 2, 4)); // [lines, w, channels, k, k]
    }

    /** See {@link Downsampling}. */
    FeatureMap ofMap(FeatureMap x, UnaryOperator<Tensor> before) {
        long width = x.width() / side;
        return project(x.batch(), x.height() / side, width, UnaryOperator.identity(), band -> {
            Tensor lines =
                    x.image(band.image()).narrow(0, band.first() * side * x.width(), band.lines() * side * x.width());
            return before.apply(lines)
                    .reshape(band.lines(), side, x.width(), x.rows().size(1))
                    .narrow(2, 0, width * side)
                    .reshape(band.lines(), side, width, side, x.rows().size(1))
                    .permute(0, 2, 1, 3, 4); // [lines, w, k, k, channels]
        });
    }

    private FeatureMap project(
            long batch, long height, long width, UnaryOperator<Tensor> after, Function<Band, Tensor> squares) {
        List<Band> bands = Band.cut(batch, height, width);
        Tensor rows = Tiles.map(Band.ranges(bands), weight.out(), DType.F32, i -> {
            Tensor columns = squares.apply(bands.get(i)).reshape(-1, weight.in());
            observer.accept(columns);
            return after.apply(weight.forward(columns, Then.NOTHING, null, DType.F32));
        });
        return new FeatureMap(rows, batch, height, width);
    }
}
