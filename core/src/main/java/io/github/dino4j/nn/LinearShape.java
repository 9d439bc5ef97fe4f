package io.github.dino4j.nn;

/**
 * A linear layer that a model has.
 *
 * @param name full name, such as {@code blocks.3.attn.qkv}
 * @param in width of its input
 * @param out width of its output
 */
public record LinearShape(String name, int in, int out) {}
