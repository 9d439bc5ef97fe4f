/**
 * What the tests of every module share: golden cases (numbers written by the official code) and the deterministic fill
 * from which their weights are made. Depends on no Dino4J code, so that it can judge all of it.
 *
 * <pre>{@code
 * GoldenCase golden = GoldenCase.read(Path.of("golden/backbone/v3s_plain.json"));
 * Map<String, FloatArray> weights = golden.weights();   // official names
 * FloatArray x = golden.input("x");
 * double error = golden.maxAbsError(golden.output("x_norm_clstoken"), cls);
 * }</pre>
 */
@NullMarked
package io.github.dino4j.testkit;

import org.jspecify.annotations.NullMarked;
