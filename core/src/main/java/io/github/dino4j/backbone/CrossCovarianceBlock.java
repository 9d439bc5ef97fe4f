package io.github.dino4j.backbone;

import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.FeedForward;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;

/** Cross-covariance attention, local patch interaction and feed-forward network, each a scaled residual. */
final class CrossCovarianceBlock {
    private final int heads;
    private final LayerNorm norm1;
    private final Tensor temperature;
    private final Linear qkv;
    private final Linear proj;
    private final Tensor gamma1;
    private final LayerNorm norm3;
    private final Conv2d conv1;
    private final BatchNorm bn;
    private final Conv2d conv2;
    private final Tensor gamma3;
    private final LayerNorm norm2;
    private final FeedForward mlp;
    private final Tensor gamma2;

    CrossCovarianceBlock(Parameters p, XcitConfig c) {
        int dim = c.dim();
        heads = c.heads();
        norm1 = new LayerNorm(p.at("norm1"), Xcit.EPS, dim);
        temperature = p.at("attn").tensor("temperature", Init.ONE, heads, 1, 1);
        qkv = p.at("attn").linear("qkv", dim, 3 * dim, Bias.FULL);
        proj = p.at("attn").linear("proj", dim, dim, Bias.FULL);
        gamma1 = p.tensor("gamma1", Init.ONE, dim);
        norm3 = new LayerNorm(p.at("norm3"), Xcit.EPS, dim);
        Parameters local = p.at("local_mp");
        Conv2d.Shape depthwise =
                new Conv2d.Shape(dim, dim, 3, Bias.FULL).padding(1).groups(dim);
        conv1 = new Conv2d(local.at("conv1"), depthwise);
        bn = new BatchNorm(local.at("bn"), dim);
        conv2 = new Conv2d(local.at("conv2"), depthwise);
        gamma3 = p.tensor("gamma3", Init.ONE, dim);
        norm2 = new LayerNorm(p.at("norm2"), Xcit.EPS, dim);
        mlp = FeedForward.of(p.at("mlp"), new Ffn.Mlp(c.hidden(), true), dim);
        gamma2 = p.tensor("gamma2", Init.ONE, dim);
    }

    Tensor forward(Tensor x, int h, int w) {
        Tensor y = x.add(gamma1.mul(attention(norm1.forward(x))));
        y = y.add(gamma3.mul(local(norm3.forward(y), h, w)));
        return y.add(gamma2.mul(mlp.forward(norm2.forward(y))));
    }

    /** softmax(q k^T temperature) v with channels as the sequence; q and k of unit length over the tokens. */
    private Tensor attention(Tensor x) {
        long batch = x.size(0);
        long tokens = x.size(1);
        long dim = x.size(2);
        Tensor[] qkv = this.qkv
                .forward(x)
                .reshape(batch, tokens, 3, heads, dim / heads)
                .permute(2, 0, 3, 4, 1)
                .unbind(0); // 3 x [B, heads, d, N]
        Tensor q = unit(qkv[0]);
        Tensor k = unit(qkv[1]);
        Tensor y = q.matmul(k.transpose(-2, -1)).mul(temperature).softmax(-1).matmul(qkv[2]);
        return proj.forward(y.permute(0, 3, 1, 2).reshape(batch, tokens, dim));
    }

    private static Tensor unit(Tensor x) {
        return x.div(x.square().sum(true, -1).sqrt().clampMin(1e-12));
    }

    private Tensor local(Tensor x, int h, int w) {
        Tensor map = x.transpose(1, 2).reshape(x.size(0), x.size(2), h, w);
        return Xcit.tokens(conv2.forward(bn.forward(conv1.forward(map).gelu())));
    }
}
