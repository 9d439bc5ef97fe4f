/**
 * Pictures of what a model sees: principal components, similarity, attention and token norms, laid over the photo they
 * belong to, and the sheets, pages and charts that show them.
 *
 * <pre>{@code
 * Features features = dino.features(photo);
 * PcaPicture picture = PcaPainter.fit(List.of(features), PcaOptions.DEFAULT).paint(features);
 * picture.overlay(photo, 0.7).writePng(Path.of("pca.png"));
 * Similarity.at(features, 320, 240, features).overlay(photo).writePng(Path.of("similar.png"));
 * }</pre>
 */
@NullMarked
package io.github.dino4j.visual;

import org.jspecify.annotations.NullMarked;
