package io.github.dino4j.decoder;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The adapter's convolutional feed-forward network (ViT-Adapter, arXiv:2205.08534, "multi-scale feature extractor"):
 * fc2(GELU(depthwise 3x3(fc1 x))), one depthwise kernel for the maps of all levels.
 *
 * <p>Weights: {@code fc1}, {@code dwconv.dwconv} [hidden, 1, 3, 3], {@code fc2}.
 */
final class ConvFfn {
    private final Linear fc1;
    private final Conv2d dwconv;
    private final Linear fc2;

    ConvFfn(Parameters p, int dim, int hidden) {
        fc1 = p.linear("fc1", dim, hidden, Bias.FULL);
        Conv2d.Shape shape =
                new Conv2d.Shape(hidden, hidden, 3, Bias.FULL).padding(1).groups(hidden);
        dwconv = new Conv2d(p.at("dwconv").at("dwconv"), shape, Init.normal(Math.sqrt(2.0 / 9)), Init.ZERO);
        fc2 = p.linear("fc2", hidden, dim, Bias.FULL);
    }

    /** Maps the tokens x [B, S, D] of all levels. */
    Tensor forward(Tensor x, Levels levels) {
        List<Tensor> maps = new ArrayList<>();
        for (Tensor map : levels.split(fc1.forward(x))) {
            maps.add(dwconv.forward(map));
        }
        return fc2.forward(Activation.GELU.apply(Levels.join(maps)));
    }
}
