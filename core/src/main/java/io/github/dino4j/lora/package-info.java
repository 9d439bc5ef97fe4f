/**
 * Low-rank adapters (LoRA, arXiv:2106.09685): what a fine-tuned backbone adds to its linear layers, W x + s B A x with a
 * pair of small matrices a layer. A {@link io.github.dino4j.lora.Lora} is a Java value; it is drawn, trained, read from
 * and written to three forms of files, merged into weights, or put over a loaded model.
 *
 * <pre>{@code
 * Lora lora = Lora.read(Path.of("adapter.safetensors"));
 * try (Model model = Model.load(checkpoint, LoadOptions.DEFAULT); Model adapted = model.adapted(lora)) {
 *     adapted.features(images);
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.lora;

import org.jspecify.annotations.NullMarked;
