package io.github.dino4j.classify;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What a linear classifier reads of an image: the class tokens of the last blocks, oldest first, and mostly the mean patch
 * token of the last block behind them, all through the backbone's final norm. Register tokens stay out of the mean.
 *
 * @param blocks class tokens of how many last blocks
 * @param average whether the mean patch token of the last block is read too
 * @param join how the mean patch token joins the class token
 */
public record LinearInput(int blocks, boolean average, Join join) {

    /** Order of the values. */
    public enum Join {
        /** One token behind the other. */
        CONCATENATED,
        /** c0, p0, c1, p1, ...: DINOv1's evaluation of ViT-B, with one block alone. */
        INTERLEAVED
    }

    /** [class token; mean patch] of the last block: DINOv3's classifier, and DINOv2's of one layer. */
    public static final LinearInput CLASS_AND_MEAN = lastBlocks(1);

    /** The class tokens of the last four blocks and the mean patch token: DINOv2's classifier of four layers. */
    public static final LinearInput FOUR_AND_MEAN = lastBlocks(4);

    /** The class token alone, or a convolutional backbone's output. */
    public static final LinearInput CLASS_TOKEN = classTokens(1);

    /** DINOv1's classifier of ViT-S: the class tokens of the last four blocks. */
    public static final LinearInput DINOV1_SMALL = classTokens(4);

    /** DINOv1's classifier of ViT-B: class token and mean patch token, channel by channel. */
    public static final LinearInput DINOV1_BASE = new LinearInput(1, true, Join.INTERLEAVED);

    public LinearInput {
        if (blocks < 1) {
            throw new IllegalArgumentException("a linear classifier reads at least one block, not " + blocks);
        }
        if (join == Join.INTERLEAVED && !(blocks == 1 && average)) {
            throw new IllegalArgumentException(
                    "only one class token and the mean patch token can be interleaved, found " + blocks + " blocks"
                            + (average ? "" : " without the mean") + "; take CONCATENATED");
        }
    }

    /** Class tokens of the last blocks and the mean patch token. */
    public static LinearInput lastBlocks(int blocks) {
        return new LinearInput(blocks, true, Join.CONCATENATED);
    }

    /** Class tokens of the last blocks alone. */
    public static LinearInput classTokens(int blocks) {
        return new LinearInput(blocks, false, Join.CONCATENATED);
    }

    /** What is read of the backbone. */
    public Taps taps() {
        return new Taps(Layers.last(blocks), true);
    }

    /**
     * Number of values of an image.
     *
     * @throws IllegalArgumentException if the backbone has fewer blocks
     */
    public int width(BackboneConfig backbone) {
        List<Integer> widths = taps().widths(backbone);
        if (widths.size() < blocks) {
            throw new IllegalArgumentException(
                    "a classifier over the last " + blocks + " blocks does not fit a backbone of " + widths.size());
        }
        return widths.stream().mapToInt(w -> w).sum() + (average ? widths.get(widths.size() - 1) : 0);
    }

    /**
     * The input [B, width] of the classifier, in the caller's scope.
     *
     * @param tokens after the backbone's last layers, through its norm, oldest first; more than {@link #blocks} may be given,
     *     so that one pass serves several classifiers
     */
    public Tensor of(List<Tokens> tokens) {
        if (tokens.size() < blocks) {
            throw new IllegalArgumentException(
                    "the classifier reads " + blocks + " blocks, given are " + tokens.size());
        }
        Tokens last = tokens.get(tokens.size() - 1);
        if (join == Join.INTERLEAVED) {
            return Tensor.cat(2, last.cls().unsqueeze(2), last.meanPatch().unsqueeze(2))
                    .reshape(last.cls().size(0), -1);
        }
        List<Tensor> parts = new ArrayList<>();
        for (Tokens block : tokens.subList(tokens.size() - blocks, tokens.size())) {
            parts.add(block.cls());
        }
        if (average) {
            parts.add(last.meanPatch());
        }
        return parts.size() == 1 ? parts.get(0) : Tensor.cat(1, parts);
    }

    /**
     * The same tokens with no more than classifiers read: class tokens, and behind the last block the mean patch token as a
     * grid of 1 x 1. {@link #of} gives the same of them, and they take little room where features are kept.
     */
    public static List<Tokens> pooled(List<Tokens> tokens) {
        List<Tokens> pooled = new ArrayList<>();
        for (Tokens block : tokens) {
            Tensor none = block.patches().narrow(1, 0, 0);
            boolean last = pooled.size() == tokens.size() - 1;
            pooled.add(
                    last
                            ? new Tokens(block.cls(), none, block.meanPatch().unsqueeze(1), 1, 1)
                            : new Tokens(block.cls(), none, none, 0, 0));
        }
        return pooled;
    }

    /** As the official training names its classifiers: {@code 4_blocks_avgpool_True}; interleaved ones say so. */
    public String describe() {
        return blocks + "_blocks_avgpool_" + (average ? "True" : "False")
                + (join == Join.INTERLEAVED ? "_interleaved" : "");
    }
}
