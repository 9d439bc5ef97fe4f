package io.github.dino4j.decoder;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.GroupNorm;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.List;

/**
 * Mask2Former's multi-scale deformable pixel decoder (arXiv:2112.01527, "Pixel decoder"): the three coarser maps of a
 * pyramid exchange information in a deformable encoder; the finest one joins by one step of a feature pyramid network
 * (arXiv:1612.03144) and gives the mask features.
 *
 * <p>Weights: {@code input_convs.k}, {@code encoder.level_encoding} [3, C], {@code encoder.encoder.layers.i},
 * {@code lateral_convs.0}, {@code output_convs.0}, {@code mask_feature}.
 */
public final class PixelDecoder {
    private static final int GROUPS = 32;
    private static final int POINTS = 4;

    private final List<Conv2d> inputConvs = new ArrayList<>();
    private final List<GroupNorm> inputNorms = new ArrayList<>();
    private final SinePositions positions;
    private final Tensor levelEncoding;
    private final List<DeformableEncoderLayer> layers = new ArrayList<>();
    private final Conv2d lateral;
    private final GroupNorm lateralNorm;
    private final Conv2d output;
    private final GroupNorm outputNorm;
    private final Conv2d maskFeature;

    /**
     * Shape of a pixel decoder.
     *
     * @param in width of the pyramid's maps
     * @param dim C within
     * @param maskDim channels of the mask features
     * @param heads of deformable attention
     * @param hidden width of the feed-forward networks
     * @param layers of the encoder
     */
    public record Config(int in, int dim, int maskDim, int heads, int hidden, int layers) {
        /** As in the published Mask2Former head, of width 2048 there. */
        public static Config of(int in, int dim) {
            return new Config(in, dim, dim, 16, 4096, 6);
        }
    }

    /**
     * What it makes.
     *
     * @param maskFeatures [B, maskDim, H/4, W/4]
     * @param levels [B, C, h, w] at 1/32, 1/16 and 1/8, in this order
     */
    public record Decoded(Tensor maskFeatures, List<Tensor> levels) {}

    public PixelDecoder(Parameters p, Config c) {
        for (int i = 0; i < 3; i++) {
            Parameters at = p.at("input_convs").at(i);
            inputConvs.add(conv(at.at(0), new Conv2d.Shape(c.in, c.dim, 1, Bias.FULL)));
            inputNorms.add(new GroupNorm(at.at(1), GROUPS, c.dim));
        }
        positions = new SinePositions(p, c.dim / 2, 0);
        Parameters encoder = p.at("encoder");
        levelEncoding = encoder.tensor("level_encoding", Init.normal(1), 3, c.dim);
        var attention = new MultiScaleDeformableAttention.Config(c.dim, 3, c.heads, POINTS, 1);
        for (int i = 0; i < c.layers; i++) {
            layers.add(new DeformableEncoderLayer(
                    encoder.at("encoder").at("layers").at(i), attention, c.hidden));
        }
        Parameters side = p.at("lateral_convs").at(0);
        lateral = conv(side, new Conv2d.Shape(c.in, c.dim, 1, Bias.NONE));
        lateralNorm = new GroupNorm(side.at("norm"), GROUPS, c.dim);
        Parameters out = p.at("output_convs").at(0);
        output = conv(out, new Conv2d.Shape(c.dim, c.dim, 3, Bias.NONE).padding(1));
        outputNorm = new GroupNorm(out.at("norm"), GROUPS, c.dim);
        maskFeature = conv(p.at("mask_feature"), new Conv2d.Shape(c.dim, c.maskDim, 1, Bias.FULL));
    }

    private static Conv2d conv(Parameters p, Conv2d.Shape shape) {
        int area = shape.kernel() * shape.kernel();
        return new Conv2d(p, shape, Init.xavierUniform(area * shape.in(), area * shape.out()), Init.ZERO);
    }

    /** Decodes a pyramid whose maps have {@code in} channels. */
    public Decoded forward(Pyramid pyramid) {
        List<Tensor> coarse = List.of(pyramid.thirtySecond(), pyramid.sixteenth(), pyramid.eighth());
        Levels levels = Levels.ofMaps(coarse);
        List<Tensor> tokens = new ArrayList<>();
        List<Tensor> places = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int level = i;
            Tensor map = Scope.tidy(
                    () -> inputNorms.get(level).forward(inputConvs.get(level).forward(coarse.get(level))));
            Trace.stage("input_convs." + i, map);
            tokens.add(Levels.tokens(map));
            Levels.Size size = levels.sizes().get(i);
            places.add(
                    positions.tokens(size.height(), size.width(), map.device()).add(levelEncoding.select(0, i)));
        }
        Tensor x = Tensor.cat(1, tokens);
        Tensor position = Tensor.cat(1, places);
        Tensor middles = levels.centres().to(x.device());
        for (int i = 0; i < layers.size(); i++) {
            Tensor before = x;
            x = layers.get(i).forward(before, position, middles, levels);
            before.close();
            Trace.stage("encoder.encoder.layers." + i, x);
        }
        List<Tensor> maps = levels.split(x);
        Tensor mask = Scope.tidy(() -> maskFeature.forward(smooth(pyramid.quarter(), maps.get(2))));
        Trace.stage("mask_feature", mask);
        return new Decoded(mask, maps);
    }

    /** One step of a feature pyramid network: the finest map, with the coarser one's context. */
    private Tensor smooth(Tensor quarter, Tensor eighth) {
        Tensor fine = Scope.tidy(() -> lateralNorm.forward(lateral.forward(quarter)));
        Trace.stage("lateral_convs.0", fine);
        Tensor joined = Scope.tidy(() -> fine.add(eighth.bilinear(fine.size(2), fine.size(3), false)));
        fine.close();
        Tensor smooth =
                Scope.tidy(() -> outputNorm.forward(output.forward(joined)).relu());
        Trace.stage("output_convs.0", smooth);
        return smooth;
    }
}
