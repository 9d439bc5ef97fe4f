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
 * Feature pyramid network (arXiv:1612.03144, "Top-down pathway and lateral connections") with group norms: from the
 * coarsest map down, each is enlarged, added to the next finer one's 1x1 projection, and smoothed by a 3x3 convolution.
 *
 * <p>Weights: {@code lateral.i} (1x1 convolution) and {@code output.i} (3x3 convolution), each without bias and with a
 * group norm {@code norm}; i = 0 is the finest map.
 */
public final class FeaturePyramid implements ScaleFusion {
    private static final int GROUPS = 32;

    private final List<Conv2d> laterals = new ArrayList<>();
    private final List<GroupNorm> lateralNorms = new ArrayList<>();
    private final List<Conv2d> outputs = new ArrayList<>();
    private final List<GroupNorm> outputNorms = new ArrayList<>();

    /**
     * @param in channels of the pyramid's maps
     * @param dim channels of the fused maps, a multiple of 32
     */
    public FeaturePyramid(Parameters p, int in, int dim) {
        for (int i = 0; i < 4; i++) {
            Parameters lateral = p.at("lateral").at(i);
            laterals.add(new Conv2d(
                    lateral, new Conv2d.Shape(in, dim, 1, Bias.NONE), Init.xavierUniform(in, dim), Init.ZERO));
            lateralNorms.add(new GroupNorm(lateral.at("norm"), GROUPS, dim));
            Parameters output = p.at("output").at(i);
            outputs.add(new Conv2d(
                    output,
                    new Conv2d.Shape(dim, dim, 3, Bias.NONE).padding(1),
                    Init.xavierUniform(9 * dim, 9 * dim),
                    Init.ZERO));
            outputNorms.add(new GroupNorm(output.at("norm"), GROUPS, dim));
        }
    }

    @Override
    public List<Tensor> forward(Pyramid pyramid) {
        List<Tensor> maps = pyramid.maps();
        Tensor[] fused = new Tensor[4];
        Tensor above = lateral(3, maps.get(3));
        fused[3] = output(3, above);
        for (int i = 2; i >= 0; i--) {
            int level = i;
            Tensor coarse = above;
            above = Scope.tidy(() -> {
                Tensor own = lateral(level, maps.get(level));
                return own.add(coarse.bilinear(own.size(2), own.size(3), false));
            });
            fused[i] = output(i, above);
        }
        return List.of(fused);
    }

    private Tensor lateral(int i, Tensor map) {
        return Scope.tidy(() -> lateralNorms.get(i).forward(laterals.get(i).forward(map)));
    }

    private Tensor output(int i, Tensor map) {
        Tensor smooth = Scope.tidy(
                () -> outputNorms.get(i).forward(outputs.get(i).forward(map)).relu());
        Trace.stage("output." + i, smooth);
        return smooth;
    }
}
