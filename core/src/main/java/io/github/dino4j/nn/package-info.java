/**
 * Layers of the papers under their papers' names, and {@link io.github.dino4j.nn.Parameters}, the cursor by which a
 * layer names its weights. A layer is a constructor that takes the cursor and a {@code forward} that is the equation.
 */
@NullMarked
package io.github.dino4j.nn;

import org.jspecify.annotations.NullMarked;
