package io.github.dino4j.backbone;

import io.github.dino4j.nn.Activation;
import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.FeedForward;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.List;

/**
 * Cross-covariance image transformer (XCiT, arXiv:2106.09681), a backbone of DINOv1: attention between channels instead
 * of tokens, a local patch interaction, and class attention at the end.
 */
final class Xcit implements Backbone {
    static final double EPS = 1e-6;

    private final XcitConfig config;
    private final List<Conv2d> stem = new ArrayList<>();
    private final List<BatchNorm> stemNorms = new ArrayList<>();
    private final FourierPositions positions;
    private final Tensor cls;
    private final List<CrossCovarianceBlock> blocks = new ArrayList<>();
    private final List<ClassAttentionBlock> classBlocks = new ArrayList<>();
    private final LayerNorm norm;

    Xcit(Parameters p, XcitConfig c) {
        config = c;
        cls = p.tensor("cls_token", Init.truncatedNormal(0.02), 1, 1, c.dim());
        int halvings = c.patch() == 16 ? 4 : 3;
        int in = c.inChannels();
        for (int i = 0; i < halvings; i++) {
            int out = c.dim() >> (halvings - 1 - i);
            Parameters at = p.at("patch_embed").at("proj").at(2 * i); // GELUs stand between
            stem.add(new Conv2d(
                    at.at(0), new Conv2d.Shape(in, out, 3, Bias.NONE).stride(2).padding(1)));
            stemNorms.add(new BatchNorm(at.at(1), out));
            in = out;
        }
        positions = new FourierPositions(p.at("pos_embeder"), c.dim());
        for (int i = 0; i < c.depth(); i++) {
            blocks.add(new CrossCovarianceBlock(p.at("blocks").at(i), c));
        }
        for (int i = 0; i < c.classDepth(); i++) {
            classBlocks.add(new ClassAttentionBlock(p.at("cls_attn_blocks").at(i), c));
        }
        norm = new LayerNorm(p.at("norm"), EPS, c.dim());
    }

    @Override
    public XcitConfig config() {
        return config;
    }

    @Override
    public List<Encoding> forward(List<Images> sets) {
        return Backbone.each(sets, pixels -> {
            try (Scope scope = Scope.open()) {
                Tensor map = patchEmbedding(pixels);
                Trace.stage("patch_embed", map);
                int h = (int) map.size(2);
                int w = (int) map.size(3);
                Tensor x = tokens(map.add(positionCode(h, w, map.device())));
                for (int i = 0; i < blocks.size(); i++) {
                    CrossCovarianceBlock block = blocks.get(i);
                    Tensor input = x;
                    x = Scope.tidy(() -> block.forward(input, h, w));
                    input.close();
                    Trace.stage("blocks." + i, x);
                }
                x = Tensor.cat(1, cls.expand(x.size(0), 1, config.dim()), x);
                for (int i = 0; i < classBlocks.size(); i++) {
                    x = classBlocks.get(i).forward(x);
                    Trace.stage("cls_attn_blocks." + i, x);
                }
                Tokens normed = Tokens.of(norm.forward(x), 0, h, w);
                return new Encoding(normed.keep(scope), Tokens.of(x, 0, h, w).keep(scope));
            }
        });
    }

    @Override
    public List<Tokens> intermediate(Tensor pixels, Layers layers, boolean norm) {
        throw new UnsupportedOperationException("an XCiT has no class token before its last blocks, and no published"
                + " head reads its inner layers; use forward, or a vision transformer");
    }

    @Override
    public List<Tensor> attention(Tensor pixels, Layers layers) {
        throw new UnsupportedOperationException(
                "an XCiT attends between channels, not tokens: it has no attention maps; vision transformers do");
    }

    /** Convolutional stem: pixels to a map [B, C, H/p, W/p], odd sides rounded up. */
    Tensor patchEmbedding(Tensor pixels) {
        Tensor x = pixels;
        for (int i = 0; i < stem.size(); i++) {
            x = stemNorms.get(i).forward(stem.get(i).forward(x));
            if (i < stem.size() - 1) {
                x = x.gelu();
            }
        }
        return x;
    }

    /** Position code [1, C, h, w]. */
    Tensor positionCode(int h, int w, Device device) {
        return positions.at(h, w, device);
    }

    private static Tensor tokens(Tensor map) {
        return map.flatten(2, 3).transpose(1, 2);
    }

    private static Ffn ffn(XcitConfig c) {
        return new Ffn.Mlp(c.hidden(), true);
    }

    /**
     * Sine and cosine of the patch position (as in DETR) through a 1x1 convolution.
     *
     * <p>Weights: {@code token_projection} [C, 64, 1, 1].
     */
    private static final class FourierPositions {
        private static final int FREQUENCIES = 32; // an axis
        private static final double TEMPERATURE = 10_000;

        private final Conv2d projection;

        FourierPositions(Parameters p, int dim) {
            projection = new Conv2d(p.at("token_projection"), new Conv2d.Shape(2 * FREQUENCIES, dim, 1, Bias.FULL));
        }

        Tensor at(int h, int w, Device device) {
            float[] code = new float[2 * FREQUENCIES * h * w];
            for (int c = 0; c < FREQUENCIES; c++) {
                int pair = c / 2; // a sine and a cosine share a frequency
                double period = Math.pow(TEMPERATURE, 2.0 * pair / FREQUENCIES);
                for (int y = 0; y < h; y++) {
                    for (int x = 0; x < w; x++) {
                        int at = (c * h + y) * w + x;
                        code[at] = wave(c, (y + 1) / (h + 1e-6) * 2 * Math.PI / period);
                        code[at + FREQUENCIES * h * w] = wave(c, (x + 1) / (w + 1e-6) * 2 * Math.PI / period);
                    }
                }
            }
            return projection.forward(Tensor.of(code, 1, 2 * FREQUENCIES, h, w).to(device));
        }

        private static float wave(int channel, double angle) {
            return (float) (channel % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
        }
    }

    /** Cross-covariance attention, local patch interaction and feed-forward network, each a scaled residual. */
    private static final class CrossCovarianceBlock {
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
            norm1 = new LayerNorm(p.at("norm1"), EPS, dim);
            temperature = p.at("attn").tensor("temperature", Init.ONE, heads, 1, 1);
            qkv = p.at("attn").linear("qkv", dim, 3 * dim, Bias.FULL);
            proj = p.at("attn").linear("proj", dim, dim, Bias.FULL);
            gamma1 = p.tensor("gamma1", Init.ONE, dim);
            norm3 = new LayerNorm(p.at("norm3"), EPS, dim);
            Parameters local = p.at("local_mp");
            Conv2d.Shape depthwise =
                    new Conv2d.Shape(dim, dim, 3, Bias.FULL).padding(1).groups(dim);
            conv1 = new Conv2d(local.at("conv1"), depthwise);
            bn = new BatchNorm(local.at("bn"), dim);
            conv2 = new Conv2d(local.at("conv2"), depthwise);
            gamma3 = p.tensor("gamma3", Init.ONE, dim);
            norm2 = new LayerNorm(p.at("norm2"), EPS, dim);
            mlp = FeedForward.of(p.at("mlp"), ffn(c), dim);
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
            Tensor y =
                    q.matmul(k.transpose(-2, -1)).mul(temperature).softmax(-1).matmul(qkv[2]);
            return proj.forward(y.permute(0, 3, 1, 2).reshape(batch, tokens, dim));
        }

        private static Tensor unit(Tensor x) {
            return x.div(x.square().sum(true, -1).sqrt().clampMin(1e-12));
        }

        private Tensor local(Tensor x, int h, int w) {
            Tensor map = x.transpose(1, 2).reshape(x.size(0), x.size(2), h, w);
            return tokens(conv2.forward(bn.forward(conv1.forward(map).gelu())));
        }
    }

    /**
     * Class attention (CaiT, arXiv:2103.17239, section 3): only the class token asks. The published code norms all
     * tokens a second time and adds the patches to themselves; both are kept, since the weights were trained so.
     */
    private static final class ClassAttentionBlock {
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
            norm1 = new LayerNorm(p.at("norm1"), EPS, dim);
            qkv = p.at("attn").linear("qkv", dim, 3 * dim, Bias.FULL);
            proj = p.at("attn").linear("proj", dim, dim, Bias.FULL);
            gamma1 = p.tensor("gamma1", Init.ONE, dim);
            norm2 = new LayerNorm(p.at("norm2"), EPS, dim);
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
}
