/**
 * Training runs as YAML files: {@link io.github.dino4j.recipe.Recipe} reads one strictly (an unknown key is an error that
 * names the nearest right one), and an {@code Assembly} makes the task and the plan of it.
 *
 * <pre>{@code
 * Recipe recipe = Recipe.read(Path.of("camvid.yaml")).with("training.epochs", "5");
 * try (Assembly run = Assembly.of(recipe)) {
 *     run.train(Path.of("runs/camvid"), TrainingListener.NONE);
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.recipe;

import org.jspecify.annotations.NullMarked;
