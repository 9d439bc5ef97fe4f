package io.github.dino4j.text;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Crops;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.Rotary;
import io.github.dino4j.nn.SelfAttention;
import io.github.dino4j.nn.TransformerBlock;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The image side of dino.txt (arXiv:2412.16334, section 3): a few blocks on the tokens of a frozen backbone bring them to
 * the texts. Immutable.
 *
 * <p>Weights: {@code blocks} with {@code ln_final} behind them, {@code linear_projection} [W, D] without bias; each only
 * where the model has it.
 */
public final class VisionHead {
    /** First value of LayerScale's factors, where a head is drawn. */
    private static final double LAYER_SCALE = 1e-5;

    private final VisionConfig config;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final Optional<LayerNorm> norm;
    private final Optional<Linear> projection;

    /** Builds a head whose tokens are {@code width} wide. */
    VisionHead(Parameters p, VisionConfig c, int width) {
        config = c;
        TransformerBlock.Config block = new TransformerBlock.Config(
                new SelfAttention.Config(c.dim(), c.heads(), Bias.NONE, Bias.FULL, Optional.empty()),
                new Ffn.SwiGlu(c.hidden(), true),
                new Norm.Layer(TextBlock.EPS),
                true,
                LAYER_SCALE);
        for (int i = 0; i < c.blocks(); i++) {
            blocks.add(new TransformerBlock(p.at("blocks").at(i), block));
        }
        norm = c.blocks() > 0 ? Optional.of(new LayerNorm(p.at("ln_final"), TextBlock.EPS, c.dim())) : Optional.empty();
        projection = c.projection()
                ? Optional.of(p.linear("linear_projection", c.dim(), width, Bias.NONE))
                : Optional.empty();
    }

    public VisionConfig config() {
        return config;
    }

    /** The backbone's tokens that the head reads, for normalised images [B, 3, H, W]. */
    Tokens read(Backbone backbone, Tensor pixels) {
        return joined(backbone.intermediate(pixels, Layers.last(config.patchLayer()), true));
    }

    /** Patches and registers of the first of these layers, the class token of the last. */
    static Tokens joined(List<Tokens> layers) {
        Tokens first = layers.get(0);
        Tensor cls = layers.get(layers.size() - 1).cls();
        return new Tokens(cls, first.registers(), first.patches(), first.height(), first.width());
    }

    /** Tokens in the space of the texts, for those of {@link #read}. */
    AlignedTokens align(Tokens tokens) {
        Tensor x = tokens.tokens();
        long batch = x.size(0);
        long length = x.size(1);
        long dim = x.size(2);
        Crops crops = new Crops(List.of(new Crops.Crop(batch, length, Rotary.NONE)));
        Tensor rows = x.reshape(batch * length, dim);
        for (TransformerBlock block : blocks) {
            Tensor before = rows;
            rows = Scope.tidy(() -> block.forward(before, crops));
        }
        Tensor normed = norm.isPresent() ? norm.get().forward(rows) : rows;
        Tensor aligned = projection.isPresent() ? projection.get().forward(normed) : normed;
        Tensor all = aligned.reshape(batch, length, aligned.size(1));
        long patches = tokens.patches().size(1);
        return new AlignedTokens(
                all.select(1, 0), all.narrow(1, length - patches, patches), tokens.height(), tokens.width());
    }

    /** The feature [B, E] of each image, not normalised: class token, pooled patches, or one behind the other. */
    Tensor feature(AlignedTokens tokens) {
        if (!config.patchTokens()) {
            return tokens.cls();
        }
        Tensor pooled = config.pooling() == VisionConfig.Pooling.MEAN
                ? tokens.patches().mean(false, 1)
                : tokens.patches().amax(1);
        return config.classToken() ? Tensor.cat(1, tokens.cls(), pooled) : pooled;
    }
}
