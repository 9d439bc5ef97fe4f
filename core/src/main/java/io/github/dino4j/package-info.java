/**
 * DINO vision foundation models on the JVM. {@link io.github.dino4j.Dino} is the door for most uses:
 *
 * <pre>{@code
 * try (Dino dino = Dino.load(Path.of("dinov3_vits16_pretrain_lvd1689m-08c60483.pth"))) {
 *     float[] embedding = dino.features(Path.of("photo.jpg")).embedding();
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j;

import org.jspecify.annotations.NullMarked;
