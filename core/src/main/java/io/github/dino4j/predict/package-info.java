/**
 * What every use of a model shares: a loaded {@link io.github.dino4j.predict.Model} with its card, and the values that
 * leave it, {@link io.github.dino4j.predict.Features} and {@link io.github.dino4j.predict.AttentionMap}, as plain Java.
 * {@link io.github.dino4j.predict.ClassList} names what heads tell apart.
 */
@NullMarked
package io.github.dino4j.predict;

import org.jspecify.annotations.NullMarked;
