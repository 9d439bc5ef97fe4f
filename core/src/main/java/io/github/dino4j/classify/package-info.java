/**
 * Classes of whole images. A {@link io.github.dino4j.classify.ClassificationPredictor} is a backbone and a
 * {@link io.github.dino4j.classify.LinearClassifier}, published or trained; without any training,
 * {@link io.github.dino4j.classify.Knn}, {@link io.github.dino4j.classify.NearestCentroid} and
 * {@link io.github.dino4j.classify.LogisticRegression} classify the features of a
 * {@link io.github.dino4j.classify.FeatureReader}.
 *
 * <pre>{@code
 * try (Model model = Model.load(Path.of("dinov2_vits14_pretrain.pth"), LoadOptions.DEFAULT);
 *         ClassificationPredictor predictor = ClassificationPredictor.load(
 *                 model, Path.of("dinov2_vits14_linear_head.pth"), ClassList.numbered(1000))) {
 *     predictor.predict(Path.of("photo.jpg")).top(5).forEach(System.out::println);
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.classify;

import org.jspecify.annotations.NullMarked;
