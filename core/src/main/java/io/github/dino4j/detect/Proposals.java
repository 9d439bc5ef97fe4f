package io.github.dino4j.detect;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.ConvTranspose2d;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The first stage of a two-stage detector (Deformable DETR, arXiv:2010.04159, "Two-Stage Deformable DETR"; Plain DETR,
 * arXiv:2308.01904, for one map): finer and coarser maps are made of the features, and each of their places proposes a
 * square around itself.
 *
 * <p>Weights: {@code enc_output_proj.level}, {@code enc_output} [D, D], {@code enc_output_norm} [D]. Immutable.
 */
final class Proposals {
    /** A proposal whose centre or side is nearer to 0 or to the image's own, as a share, is none. */
    private static final double MARGIN = 0.01;

    private final DetectorConfig config;
    private final List<UnaryOperator<Tensor>> levels = new ArrayList<>();
    private final Linear output;
    private final LayerNorm norm;

    /**
     * The places of all levels.
     *
     * @param memory what stands there [B, S, D]
     * @param boxes squares around them, centred, in pixels [B, S, 4]
     * @param limits (width, height, width, height) of the images in pixels [B, 1, 4]
     */
    record Places(Tensor memory, Tensor boxes, Tensor limits) {}

    Proposals(Parameters p, DetectorConfig c) {
        config = c;
        for (int level = 0; level < c.proposalStrides().size(); level++) {
            levels.add(scaling(
                    p.at("enc_output_proj").at(level), c, c.proposalStrides().get(level)));
        }
        output = Detector.linear(p, "enc_output", c.dim(), c.dim());
        norm = new LayerNorm(p.at("enc_output_norm"), Detector.EPS, c.dim());
    }

    /** Halves or doubles a map until its stride is the wanted one, with a norm and a GELU between the steps. */
    private static UnaryOperator<Tensor> scaling(Parameters p, DetectorConfig c, int target) {
        int dim = c.dim();
        int ratio = Math.max(target, c.stride()) / Math.min(target, c.stride());
        int steps = Integer.numberOfTrailingZeros(ratio);
        List<UnaryOperator<Tensor>> chain = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            Parameters at = p.at(3 * step);
            chain.add(
                    target > c.stride()
                            ? new Conv2d(at, new Conv2d.Shape(dim, dim, 2, Bias.FULL).stride(2))::forward
                            : new ConvTranspose2d(at, dim, dim, 2)::forward);
            if (step < steps - 1) {
                chain.add(new LayerNorm(p.at(3 * step + 1).at("ln"), Detector.EPS, dim)::forwardMap);
                chain.add(Tensor::gelu);
            }
        }
        return map -> {
            Tensor scaled = map;
            for (UnaryOperator<Tensor> one : chain) {
                scaled = one.apply(scaled);
            }
            return scaled;
        };
    }

    /**
     * Proposes.
     *
     * @param memory the encoder's features as a map [B, D, height, width]
     * @param padding of that map
     */
    Places of(Tensor memory, Padding padding) {
        List<Tensor> tokens = new ArrayList<>();
        List<Padding> paddings = new ArrayList<>();
        for (UnaryOperator<Tensor> level : levels) {
            Tensor map = level.apply(memory);
            tokens.add(map.flatten(2, 3).transpose(1, 2));
            paddings.add(padding.resized((int) map.size(2), (int) map.size(3)));
        }
        Tensor all = Tensor.cat(1, tokens);
        Squares squares = squares(paddings, (int) all.size(1));
        Tensor valid = Tensor.of(squares.valid, all.size(0), all.size(1), 1).to(all.device());
        return new Places(
                norm.forward(output.forward(all.mul(valid))),
                Tensor.of(squares.boxes, all.size(0), all.size(1), 4).to(all.device()),
                limits(paddings).to(all.device()));
    }

    /** Boxes [B, S, 4], and 1 for those that lie in their image, 0 for the others. */
    @SuppressWarnings("ArrayRecordComponent") // filled once, never compared
    private record Squares(float[] boxes, float[] valid) {}

    private Squares squares(List<Padding> paddings, int places) {
        int images = paddings.get(0).images();
        Squares squares = new Squares(new float[4 * images * places], new float[images * places]);
        Padding first = paddings.get(0);
        int firstStride = config.proposalStrides().get(0);
        float outside = (float) Math.max(first.height(), first.width()) * firstStride;
        int at = 0;
        for (int b = 0; b < images; b++) {
            float width = (float) first.columns(b) * firstStride;
            float height = (float) first.rows(b) * firstStride;
            for (int level = 0; level < paddings.size(); level++) {
                Padding map = paddings.get(level);
                int stride = config.proposalStrides().get(level);
                float side = (float) (config.proposalSide() << level);
                for (int place = 0; place < map.height() * map.width(); place++, at++) {
                    int row = place / map.width();
                    int column = place % map.width();
                    float x = (column + 0.5f) * stride;
                    float y = (row + 0.5f) * stride;
                    boolean valid = row < map.rows(b)
                            && column < map.columns(b)
                            && inside(x, width)
                            && inside(y, height)
                            && inside(side, width)
                            && inside(side, height);
                    squares.valid[at] = valid ? 1 : 0;
                    squares.boxes[4 * at] = valid ? x : outside;
                    squares.boxes[4 * at + 1] = valid ? y : outside;
                    squares.boxes[4 * at + 2] = valid ? side : outside;
                    squares.boxes[4 * at + 3] = valid ? side : outside;
                }
            }
        }
        return squares;
    }

    private static boolean inside(float value, float size) {
        return value > MARGIN * size && value < (1 - MARGIN) * size;
    }

    private Tensor limits(List<Padding> paddings) {
        return paddings.get(0).limits(config.proposalStrides().get(0));
    }
}
