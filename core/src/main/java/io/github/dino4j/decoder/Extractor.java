package io.github.dino4j.decoder;

import io.github.dino4j.nn.DropPath;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/**
 * Multi-scale feature extractor (ViT-Adapter, arXiv:2205.08534, section 3.4): the tokens of the spatial prior look into
 * the transformer's patch tokens by deformable attention; the transformer itself is left as it is.
 *
 * <p>Weights: {@code query_norm}, {@code feat_norm}, {@code attn}, {@code ffn_norm}, {@code ffn}.
 */
final class Extractor {
    private static final double EPS = 1e-6;

    private final LayerNorm queryNorm;
    private final LayerNorm featNorm;
    private final MultiScaleDeformableAttention attention;
    private final LayerNorm ffnNorm;
    private final ConvFfn ffn;
    private final DropPath dropPath;

    Extractor(Parameters p, VitAdapter.Config c) {
        queryNorm = new LayerNorm(p.at("query_norm"), EPS, c.dim());
        featNorm = new LayerNorm(p.at("feat_norm"), EPS, c.dim());
        attention = new MultiScaleDeformableAttention(
                p.at("attn"),
                new MultiScaleDeformableAttention.Config(c.dim(), 1, c.heads(), c.points(), c.deformRatio()));
        ffnNorm = new LayerNorm(p.at("ffn_norm"), EPS, c.dim());
        ffn = new ConvFfn(p.at("ffn"), c.dim(), (int) (c.dim() * c.ffnRatio()));
        dropPath = DropPath.of(p, c.dropPath());
    }

    /**
     * Enriches the prior's tokens.
     *
     * @param c [B, S, D], the levels' pixels
     * @param places their middles [1, S, 1, 2]
     * @param patches [B, N, D]
     * @param grid the patches' rows and columns
     */
    Tensor forward(Tensor c, Levels levels, Tensor places, Tensor patches, Levels.Size grid) {
        Tensor x = Scope.tidy(() -> c.add(attention.forward(
                queryNorm.forward(c), places, featNorm.forward(patches), Levels.of(grid), Optional.empty())));
        return Scope.tidy(() -> x.add(dropPath.forward(ffn.forward(ffnNorm.forward(x), levels))));
    }
}
