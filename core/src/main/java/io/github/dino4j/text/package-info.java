/**
 * Photos and words in one space: dino.txt (arXiv:2412.16334), a text tower trained beside a frozen backbone.
 *
 * <p>{@link io.github.dino4j.text.Tokenizer} cuts text into numbers, {@link io.github.dino4j.text.TextTower} makes a vector
 * of them, {@link io.github.dino4j.text.VisionHead} makes one of a backbone's tokens.
 */
@NullMarked
package io.github.dino4j.text;

import org.jspecify.annotations.NullMarked;
