/**
 * Checkpoint files: safetensors and PyTorch's, from Meta, Hugging Face or timm, opened by content and given out under
 * the official Meta names. Nothing in a file is executed, no value is read before it is asked for, and what was done
 * to the names can be read.
 *
 * <pre>{@code
 * Checkpoint checkpoint = Checkpoints.open(Path.of("dinov3-vits16/"));
 * System.out.println(checkpoint.explanation());
 * float[] cls = checkpoint.weights().get("cls_token").toFloats();
 *
 * StateDict renamed = KeyNaming.of(Naming.HF_DINOV3_VIT).write(checkpoint.weights());
 * Safetensors.write(Path.of("copy.safetensors"), renamed.tensors(), Map.of("format", "pt"));
 * }</pre>
 */
@NullMarked
package io.github.dino4j.weights;

import org.jspecify.annotations.NullMarked;
