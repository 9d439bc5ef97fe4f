/**
 * How fast, how large and how exact a model is on this machine: time, arithmetic against what the processor can do,
 * memory, and drift of the reduced precisions against float32.
 *
 * <pre>{@code
 * Plan plan = Plan.of(new InputSize(224, 224)).withPrecisions(List.of(Precision.PLAIN, Precision.BFLOAT16));
 * Report report =
 *         Benchmark.run(checkpoint, LoadOptions.DEFAULT, plan, NoiseImages.of(16, 448, 1), System.err::println);
 * report.cells().forEach(System.out::println);
 * }</pre>
 */
@NullMarked
package io.github.dino4j.bench;

import org.jspecify.annotations.NullMarked;
