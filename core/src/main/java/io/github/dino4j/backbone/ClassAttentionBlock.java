package io.github.dino4j.backbone;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;

/**
 * Class attention (CaiT, arXiv:2103.17239, section 3): only the class token asks. The published code norms all
 * tokens a second time and adds the patches to themselves; both are kept, since the weights were trained so.
 */
final class ClassAttentionBlock {
    private final int heads;
    private final LayerNorm norm1;
    private final Linear qkv;
    private final Linear proj;
    private final Tensor gamma1;
    private final LayerNorm norm2;
    private final Linear fc1;
    private final Linear fc2;
    private final Tensor gamma2;

    ClassAttentionBlock(Parameters p, XcitConfig c) {
        int dim = c.dim();
        heads = c.heads();
        norm1 = new LayerNorm(p.at("norm1"), Xcit.EPS, dim);
        qkv = p.at("attn").linear("qkv", dim, 3 * dim, Bias.FULL);
        proj = p.at("attn").linear("proj", dim, dim, Bias.FULL);
        gamma1 = p.tensor("gamma1", Init.ONE, dim);
        norm2 = new LayerNorm(p.at("norm2"), Xcit.EPS, dim);
        fc1 = p.at("mlp").linear("fc1", dim, c.hidden(), Bias.FULL);
        fc2 = p.at("mlp").linear("fc2", c.hidden(), dim, Bias.FULL);
        gamma2 = p.tensor("gamma2", Init.ONE, dim);
    }

    Tensor forward(Tensor x) {
        long patches = x.size(1) - 1;
        Tensor normed = norm1.forward(x);
        Tensor mixed = Tensor.cat(1, attention(normed), normed.narrow(1, 1, patches));
        Tensor y = norm2.forward(x.add(gamma1.mul(mixed)));
        Tensor cls = y.narrow(1, 0, 1);
        Tensor answer = gamma2.mul(fc2.forward(fc1.forward(cls, Activation.GELU)));
        return y.add(Tensor.cat(1, answer, y.narrow(1, 1, patches)));
    }

    /** [B, 1, C]: what the class token reads from all tokens. */
    private Tensor attention(Tensor x) {
        long batch = x.size(0);
        long dim = x.size(2);
        Tensor[] qkv = this.qkv
                .forward(x)
                .reshape(batch, x.size(1), 3, heads, dim / heads)
                .permute(2, 0, 3, 1, 4)
                .unbind(0);
        Tensor y = Tensor.attention(qkv[0].narrow(2, 0, 1), qkv[1], qkv[2]); // [B, heads, 1, d]
        return proj.forward(y.transpose(1, 2).flatten(2, 3));
    }
}
