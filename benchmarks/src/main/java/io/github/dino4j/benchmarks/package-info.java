/** Side-by-side measurements, each a ratio within one run; docs/performance.md keeps the results. */
@NullMarked
package io.github.dino4j.benchmarks;

import org.jspecify.annotations.NullMarked;
