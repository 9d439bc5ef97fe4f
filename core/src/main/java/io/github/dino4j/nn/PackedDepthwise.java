package io.github.dino4j.nn;

import io.github.dino4j.nn.FeatureMap.Band;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.DepthwiseWeight;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Tiles;
import java.util.List;
import java.util.function.BinaryOperator;

/** A depthwise convolution on packed weights, band by band; what follows it finds the band in the core's cache. */
final class PackedDepthwise implements Depthwise {
    private final DepthwiseWeight weight;

    PackedDepthwise(DepthwiseWeight weight) {
        this.weight = weight;
    }

    @Override
    public Tensor forward(FeatureMap x, BinaryOperator<Tensor> pixelwise) {
        Tensor rows = x.rows().contiguous();
        List<Band> bands = x.bands();
        return Tiles.map(Band.ranges(bands), rows.size(1), DType.F32, i -> {
            Band band = bands.get(i);
            long start = band.image() * x.height() * x.width();
            Tensor y = weight.forward(rows, start, x.height(), x.width(), band.first(), band.lines());
            return pixelwise.apply(y, band.rows().of(rows));
        });
    }
}
