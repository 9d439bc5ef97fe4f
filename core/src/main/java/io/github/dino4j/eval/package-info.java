/**
 * How good a predictor is over a data set, with everything on which the number depends.
 *
 * <p>{@link io.github.dino4j.data.DataSet} pairs photos and truth and names files without a partner;
 * {@link io.github.dino4j.eval.SegmentationEvaluation} and {@link io.github.dino4j.eval.DepthEvaluation} read all files
 * first, so that a bad one is told before hours of work, and then measure; their results write themselves with the
 * protocol, the settings and the fingerprints of the weights.
 * {@link io.github.dino4j.eval.ClassificationEvaluation} measures features of whole photos beside their pixels.
 * {@link io.github.dino4j.eval.DetectionEvaluation} measures boxes as COCO does, {@link
 * io.github.dino4j.eval.TrackingEvaluation} J and F of objects followed through videos.
 * {@link io.github.dino4j.eval.FusionComparison} sets two segmenters side by side, with what they cost.
 *
 * <pre>{@code
 * DataSet set = DataSet.camVid(Path.of("camvid"), "test");
 * SegmentationResult result = SegmentationEvaluation.of(predictor).run(set, LocalDate.now(ZoneOffset.UTC), EvaluationListener.NONE);
 * System.out.println(result.table());
 * result.writeJson(Path.of("result.json"));
 * }</pre>
 */
@NullMarked
package io.github.dino4j.eval;

import org.jspecify.annotations.NullMarked;
