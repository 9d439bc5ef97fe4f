package io.github.dino4j.train;

import io.github.dino4j.decoder.TapReader;
import io.github.dino4j.detect.CocoMetrics;
import io.github.dino4j.detect.DetectionList;
import io.github.dino4j.detect.DetectionOptions;
import io.github.dino4j.detect.Detector;
import io.github.dino4j.detect.PaddedImages;
import io.github.dino4j.detect.TrueBox;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.visual.BoxPicture;
import io.github.dino4j.visual.Montage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Measures a detector on whole photos, prepared and run as {@link io.github.dino4j.detect.DetectionPredictor} does. */
record DetectionValidation(
        Examples<DetectionTruth> truths,
        ClassList classes,
        Normalisation normalisation,
        DetectionOptions options,
        int pictures) {

    Scores evaluate(TapReader backbone, Detector detector) {
        CocoMetrics metrics = new CocoMetrics(classes);
        for (int i = 0; i < truths.size(); i++) {
            DetectionTruth truth = load(i);
            metrics.add(
                    truth.boxes(),
                    find(backbone, detector, truth.photo(), options.forEvaluation())
                            .detections());
        }
        Map<String, Double> values = new LinkedHashMap<>(metrics.summary().toMap());
        for (int c = 0; c < classes.size(); c++) {
            values.put("AP " + classes.nameOf(c), metrics.ap(c));
            values.put("AP50 " + classes.nameOf(c), metrics.ap50(c));
        }
        values.values().removeIf(value -> Double.isNaN(value));
        values.putIfAbsent("AP", Double.NaN);
        return new Scores(values, "AP", true, protocol());
    }

    private Map<String, Object> protocol() {
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("images", truths.size());
        protocol.put("classes", classes.size());
        protocol.put("metric", "COCO's mean average precision, IoU 0.50:0.95, at most 100 detections in an image");
        protocol.put("compared at", "the size of the photo");
        protocol.put("preparation", transform().describe());
        return protocol;
    }

    RgbImage sheet(TapReader backbone, Detector detector) {
        Montage montage = Montage.ofColumns(2).cellWidth(480);
        for (int i = 0; i < Math.min(pictures, truths.size()); i++) {
            DetectionTruth truth = load(i);
            List<BoxPicture.Mark> marks = new ArrayList<>();
            for (TrueBox one : truth.boxes()) {
                marks.add(new BoxPicture.Mark(
                        one.box(), classes.colourOf(one.category()), classes.nameOf(one.category())));
            }
            montage.add(BoxPicture.over(truth.photo(), marks), truth.name() + ", truth");
            DetectionList found = find(backbone, detector, truth.photo(), options);
            montage.add(
                    found.overlay(truth.photo()),
                    found.detections().size() + " found with a score of " + options.leastScore() + " or more");
        }
        return montage.render();
    }

    private DetectionList find(TapReader backbone, Detector detector, RgbImage photo, DetectionOptions how) {
        Pixels pixels = transform().apply(photo);
        try (Scope scope = Scope.inference()) {
            PaddedImages images = PaddedImages.of(
                    List.of(PaddedImages.Plane.of(pixels)), detector.config().stride());
            return DetectionList.of(
                    detector.forward(
                                    images,
                                    detector.features(
                                            images,
                                            x -> backbone.read(
                                                    x, detector.config().taps())))
                            .answer(),
                    0,
                    pixels.geometry(),
                    classes,
                    how);
        }
    }

    private Transform transform() {
        return new Transform(options.sizing(), Interpolation.BILINEAR, ResizePath.PILLOW, normalisation);
    }

    private DetectionTruth load(int index) {
        return truths.load(index, new SplittableRandom(0)); // nothing of a validation is drawn
    }
}
