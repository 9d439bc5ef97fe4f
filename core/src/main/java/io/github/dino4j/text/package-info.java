/**
 * Photos and words in one space: dino.txt (arXiv:2412.16334), a text tower trained beside a frozen backbone.
 *
 * <p>{@link io.github.dino4j.text.Tokenizer} cuts text into numbers, {@link io.github.dino4j.text.TextTower} makes a vector
 * of them, {@link io.github.dino4j.text.VisionHead} makes one of a backbone's tokens; {@link
 * io.github.dino4j.text.TextEncoder} is both over a model. {@link io.github.dino4j.text.ZeroShotPredictor} tells the class of
 * a photo and {@link io.github.dino4j.text.TextSegmenter} that of each pixel by the classes' names alone.
 *
 * <pre>{@code
 * TextEncoder encoder = TextEncoder.load(model, Path.of("dinov3_vitl16_dinotxt_vision_head_and_text_encoder.pth"));
 * ClassList classes = ClassList.of("animals", List.of("cat", "dog"));
 * try (ZeroShotPredictor predictor = new ZeroShotPredictor(encoder, classes, PromptTemplates.ensemble())) {
 *     System.out.println(predictor.predict(photo).best());
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.text;

import org.jspecify.annotations.NullMarked;
