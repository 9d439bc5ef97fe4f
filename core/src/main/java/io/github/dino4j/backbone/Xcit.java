package io.github.dino4j.backbone;

import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
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

    /** A map [B, C, h, w] as tokens [B, h * w, C]. */
    static Tensor tokens(Tensor map) {
        return map.flatten(2, 3).transpose(1, 2);
    }
}
