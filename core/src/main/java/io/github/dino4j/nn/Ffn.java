package io.github.dino4j.nn;

/** Kind of feed-forward network in a block; {@code hidden} is its inner width. */
public sealed interface Ffn {
    int hidden();

    boolean bias();

    /** W2 GELU(W1 x): weights {@code fc1}, {@code fc2} (ViT, arXiv:2010.11929). */
    record Mlp(int hidden, boolean bias) implements Ffn {}

    /** W3 (SiLU(W1 x) * W2 x): weights {@code w1}, {@code w2}, {@code w3} (arXiv:2002.05202; DINOv3). */
    record SwiGlu(int hidden, boolean bias) implements Ffn {}

    /** The same with W1 and W2 as one matrix: weights {@code w12}, {@code w3} (DINOv2 giant). */
    record PackedSwiGlu(int hidden, boolean bias) implements Ffn {}
}
