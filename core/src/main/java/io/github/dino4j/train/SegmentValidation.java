package io.github.dino4j.train;

import io.github.dino4j.decoder.TapReader;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.segment.SegmentMetrics;
import io.github.dino4j.segment.SegmentOptions;
import io.github.dino4j.segment.SegmentationHead;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.visual.AreaPicture;
import io.github.dino4j.visual.Montage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Measures a segmentation head at the photos' own sizes, prepared and run as {@link
 * io.github.dino4j.segment.SegmentPredictor} does, one view each.
 *
 * @param own transform of the backbone
 */
record SegmentValidation(
        Examples<SegmentTruth> truths, ClassList classes, Transform own, SegmentOptions options, int pictures) {

    Scores evaluate(TapReader backbone, SegmentationHead head) {
        SegmentMetrics metrics = new SegmentMetrics(classes);
        for (int i = 0; i < truths.size(); i++) {
            SegmentTruth truth = load(i);
            metrics.add(map(backbone, head, truth), truth.labels());
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("mIoU", metrics.meanIou());
        values.put("aAcc", metrics.pixelAccuracy());
        for (SegmentMetrics.OfClass one : metrics.perClass()) {
            if (!Double.isNaN(one.iou())) {
                values.put("IoU " + one.name(), one.iou());
            }
        }
        return new Scores(values, "mIoU", true, protocol());
    }

    private Map<String, Object> protocol() {
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("images", truths.size());
        protocol.put("classes", classes.size());
        protocol.put("compared at", "the size of the photo");
        protocol.put("preparation", transform().describe());
        protocol.put("inference", options.inference().toString());
        protocol.put(
                "areas", "summed over all images, then divided; classes that do not occur are left out of the mean");
        return protocol;
    }

    RgbImage sheet(TapReader backbone, SegmentationHead head) {
        Montage sheet = Montage.ofColumns(3).cellWidth(360);
        for (int i = 0; i < Math.min(pictures, truths.size()); i++) {
            SegmentTruth truth = load(i);
            SegmentMap found = map(backbone, head, truth);
            SegmentMetrics metrics = new SegmentMetrics(classes);
            metrics.add(found, truth.labels());
            sheet.add(truth.photo(), truths.name(i))
                    .add(over(truth.photo(), truth.labels().map(classes)), "truth")
                    .add(
                            over(truth.photo(), found),
                            String.format(Locale.ROOT, "prediction, mIoU %.1f %%", 100 * metrics.meanIou()));
        }
        List<AreaPicture.Area> legend = IntStream.range(0, classes.size())
                .mapToObj(k -> new AreaPicture.Area(classes.nameOf(k), classes.colourOf(k), ""))
                .toList();
        return AreaPicture.withLegend(sheet.render(), legend);
    }

    /** The classes' colours over the photo; one legend serves all pictures. */
    private RgbImage over(RgbImage photo, SegmentMap map) {
        byte[] rgb = photo.rgb().clone();
        for (int i = 0; i < photo.width() * photo.height(); i++) {
            int label = map.label(i % photo.width(), i / photo.width());
            if (label == SegmentMap.NONE) {
                continue;
            }
            for (int c = 0; c < 3; c++) {
                int colour = classes.colourOf(label) >> (16 - 8 * c) & 0xff;
                rgb[3 * i + c] = (byte) Math.round(0.65 * colour + 0.35 * (rgb[3 * i + c] & 0xff));
            }
        }
        return RgbImage.of(photo.width(), photo.height(), rgb);
    }

    private SegmentTruth load(int index) {
        return truths.load(index, new SplittableRandom(0));
    }

    private Transform transform() {
        return options.transform(own, 1);
    }

    private SegmentMap map(TapReader backbone, SegmentationHead head, SegmentTruth truth) {
        Transform transform = transform();
        RgbImage photo = truth.photo();
        Pixels pixels =
                backbone.config().readsDepth() ? transform.apply(photo, truth.requireDepth()) : transform.apply(photo);
        try (Scope scope = Scope.inference()) {
            Tensor image = Model.tensor(List.of(pixels));
            return options.inference().map(backbone, head, image, classes, photo.height(), photo.width());
        }
    }
}
