/**
 * Object detection: boxes with classes. {@link io.github.dino4j.detect.Detector} is DINOv3's detector (arXiv:2508.10104), a
 * Plain DETR on a frozen backbone; {@link io.github.dino4j.detect.DetectionPredictor} makes of a model and a detector's file
 * what users call, {@link io.github.dino4j.detect.DetectionList} is the result, which draws and writes itself. {@link
 * io.github.dino4j.detect.DetectionLoss} is what training minimises, {@link io.github.dino4j.detect.CocoMetrics} COCO's mean
 * average precision.
 *
 * <pre>{@code
 * try (DetectionPredictor predictor = DetectionPredictor.load(model, Path.of("detector.pth"))) {
 *     DetectionList objects = predictor.predict(photo);
 *     objects.overlay(photo).writePng(Path.of("objects.png"));
 *     CocoMetrics metrics = new CocoMetrics(predictor.classes());
 *     metrics.add(List.of(TrueBox.of(new Box(10, 20, 110, 220), 1)), objects.detections());
 *     System.out.println(metrics.table());
 * }
 * }</pre>
 */
@NullMarked
package io.github.dino4j.detect;

import org.jspecify.annotations.NullMarked;
