/**
 * Object detection: boxes with classes.
 */
@NullMarked
package io.github.dino4j.detect;

import org.jspecify.annotations.NullMarked;
