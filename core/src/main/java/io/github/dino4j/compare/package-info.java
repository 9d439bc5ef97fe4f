/**
 * Models of any version and make side by side: {@link io.github.dino4j.compare.Contender contenders} and photos come in, a
 * {@link io.github.dino4j.compare.Comparison} measures them once, and {@link io.github.dino4j.compare.ComparisonPage} and its
 * JSON leave.
 */
@org.jspecify.annotations.NullMarked
package io.github.dino4j.compare;
