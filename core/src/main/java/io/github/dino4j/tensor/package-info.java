/** The engine: tensors, scopes and threads. The only package that sees {@code org.bytedeco}. */
@NullMarked
package io.github.dino4j.tensor;

import org.jspecify.annotations.NullMarked;
