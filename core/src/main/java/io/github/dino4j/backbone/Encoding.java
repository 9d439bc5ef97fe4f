package io.github.dino4j.backbone;

/**
 * Result of a whole forward pass.
 *
 * @param normed after the final norm: what the papers call the features
 * @param prenorm before it
 */
public record Encoding(Tokens normed, Tokens prenorm) {}
