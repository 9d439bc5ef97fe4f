package io.github.dino4j.text;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The text side of dino.txt (arXiv:2412.16334, section 3): a transformer over the numbers of a {@link Tokenizer}; one token
 * of its output stands for the text. Immutable.
 *
 * <p>Weights: {@code backbone.token_embedding}, {@code backbone.positional_embedding} [context, D], {@code backbone.blocks},
 * {@code backbone.ln_final}; {@code head.blocks} and {@code head.ln_final} where there are such blocks, {@code
 * head.linear_projection} [E, D] without bias.
 */
public final class TextTower {
    private final TextConfig config;
    private final Tensor embedding;
    private final Tensor positions;
    private final List<TextBlock> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private final List<TextBlock> headBlocks = new ArrayList<>();
    private final Optional<LayerNorm> headNorm;
    private final Optional<Linear> projection;

    /** Builds a tower for a joint space of width {@code embedDim}. */
    TextTower(Parameters p, TextConfig c, int embedDim) {
        config = c;
        Parameters backbone = p.at("backbone");
        embedding = backbone.at("token_embedding").tensor("weight", Init.normal(0.02), c.vocabulary(), c.dim());
        positions = backbone.tensor("positional_embedding", Init.normal(0.01), c.context(), c.dim());
        for (int i = 0; i < c.layers(); i++) {
            blocks.add(new TextBlock(backbone.at("blocks").at(i), c, c.causal(), c.layerScale()));
        }
        norm = new LayerNorm(backbone.at("ln_final"), TextBlock.EPS, c.dim());
        Parameters head = p.at("head");
        for (int i = 0; i < c.headBlocks(); i++) {
            headBlocks.add(new TextBlock(head.at("blocks").at(i), c, c.headCausal(), Optional.empty()));
        }
        headNorm = c.headBlocks() > 0
                ? Optional.of(new LayerNorm(head.at("ln_final"), TextBlock.EPS, c.dim()))
                : Optional.empty();
        projection = c.projection()
                ? Optional.of(head.linear("linear_projection", c.dim(), embedDim, Bias.NONE))
                : Optional.empty();
    }

    public TextConfig config() {
        return config;
    }

    /**
     * The features [B, E] of texts, not normalised.
     *
     * @param texts rows of numbers as {@link Tokenizer#tokenize} makes them, of one length, at most the context
     * @throws IllegalArgumentException if rows differ in length, are too long, or have a number beyond the vocabulary
     */
    public Tensor features(long[][] texts) {
        return Scope.tidy(() -> pooled(projected(tokens(texts)), texts));
    }

    /** The tokens [B, N, D] of texts behind the backbone's last norm. */
    public Tensor tokens(long[][] texts) {
        int length = length(texts);
        long[] ids = Arrays.stream(texts).flatMapToLong(Arrays::stream).toArray();
        return Scope.tidy(() -> {
            Tensor x = embedding
                    .rows(ids)
                    .reshape(texts.length, length, config.dim())
                    .add(positions.narrow(0, 0, length));
            return norm.forward(through(blocks, x));
        });
    }

    /** The projected tokens [B, N, E]. */
    private Tensor projected(Tensor tokens) {
        Tensor x = through(headBlocks, tokens);
        Tensor y = headNorm.isPresent() ? headNorm.get().forward(x) : x;
        return projection.isPresent() ? projection.get().forward(y) : y;
    }

    private static Tensor through(List<TextBlock> blocks, Tensor x) {
        for (TextBlock block : blocks) {
            Tensor before = x;
            x = Scope.tidy(() -> block.forward(before));
        }
        return x;
    }

    private Tensor pooled(Tensor tokens, long[][] texts) {
        long width = tokens.size(2);
        int length = texts[0].length;
        long[] rows = new long[texts.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (long) i * length + place(texts[i]);
        }
        return tokens.reshape((long) texts.length * length, width).rows(rows);
    }

    private int place(long[] text) {
        return switch (config.pooling()) {
            case FIRST -> 0;
            case LAST -> text.length - 1;
            case END -> {
                int largest = 0;
                for (int i = 1; i < text.length; i++) {
                    largest = text[i] > text[largest] ? i : largest;
                }
                yield largest;
            }
        };
    }

    private int length(long[][] texts) {
        if (texts.length == 0) {
            throw new IllegalArgumentException("no text was given");
        }
        int length = texts[0].length;
        if (length < 1 || length > config.context()) {
            throw new IllegalArgumentException("a text of " + length + " numbers does not fit the context of "
                    + config.context() + "; tokenize it for that context");
        }
        for (long[] text : texts) {
            if (text.length != length) {
                throw new IllegalArgumentException(
                        "texts of one batch must be equally long, found " + length + " and " + text.length);
            }
            for (long id : text) {
                if (id < 0 || id >= config.vocabulary()) {
                    throw new IllegalArgumentException("the number " + id + " is not in the tower's vocabulary of "
                            + config.vocabulary() + "; load the list of merges that it was trained with");
                }
            }
        }
        return length;
    }
}
