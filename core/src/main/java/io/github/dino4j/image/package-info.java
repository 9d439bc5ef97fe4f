/**
 * From an image file to the numbers that a model sees.
 *
 * <p>{@link io.github.dino4j.image.ImageDecoder} reads JPEG, PNG, WebP, TIFF, BMP and GIF into an {@link
 * io.github.dino4j.image.RgbImage}; {@link io.github.dino4j.image.Transform} resizes, crops or pads and normalises it
 * exactly as the models' own transforms do; {@link io.github.dino4j.image.Pixels} carries the values together with the
 * way back to the source image, and the depth of a {@link
 * io.github.dino4j.image.DepthFrame} as their fourth channel. {@link io.github.dino4j.image.ImageFolder} lists files, {@link
 * io.github.dino4j.image.ImageLoader} decodes them ahead on its own threads.
 *
 * <pre>{@code
 * RgbImage photo = ImageDecoder.standard().read(Path.of("photo.jpg"));
 * Pixels pixels = Transform.dinoV3(256).apply(photo); // float32 [3, 256, 256]
 * }</pre>
 *
 * <p>Pure Java on {@code byte[]} and {@code float[]}, but for {@link io.github.dino4j.image.Resampling#FAST}, which resizes in
 * the engine.
 */
@NullMarked
package io.github.dino4j.image;

import org.jspecify.annotations.NullMarked;
