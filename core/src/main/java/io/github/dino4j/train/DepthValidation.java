package io.github.dino4j.train;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.TapReader;
import io.github.dino4j.depth.DepthHead;
import io.github.dino4j.depth.DepthMap;
import io.github.dino4j.depth.DepthMetrics;
import io.github.dino4j.depth.DepthPreset;
import io.github.dino4j.depth.DepthProtocol;
import io.github.dino4j.depth.DepthScale;
import io.github.dino4j.depth.InputFit;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.visual.Montage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/** Measures a depth head at the photos' own sizes, prepared and run as {@link io.github.dino4j.depth.DepthPredictor} does. */
record DepthValidation(
        Examples<DepthTruth> truths, DepthPreset preset, Transform transform, DepthProtocol protocol, int pictures) {

    /**
     * @param mean depth of the training set in metres: what a head must beat
     */
    Scores evaluate(TapReader backbone, DepthHead head, double mean) {
        DepthMetrics.Accumulator found = new DepthMetrics.Accumulator();
        DepthMetrics.Accumulator constant = new DepthMetrics.Accumulator();
        for (int i = 0; i < truths.size(); i++) {
            DepthTruth truth = load(i);
            String name = i + " " + truths.name(i);
            found.add(name, protocol.evaluate(map(backbone, head, truth.photo()), truth.depth()));
            constant.add(name, protocol.evaluate(flat(truth.photo(), mean), truth.depth()));
        }
        DepthMetrics result = found.mean();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("abs_rel", result.absRel());
        values.put("rmse", result.rmse());
        values.put("log_10", result.log10());
        values.put("silog", result.silog());
        values.put("a1", result.a1());
        values.put("a2", result.a2());
        values.put("a3", result.a3());
        values.put("abs_rel of the mean", constant.mean().absRel());
        values.put("rmse of the mean", constant.mean().rmse());
        return new Scores(values, "abs_rel", false, protocol(mean));
    }

    private Map<String, Object> protocol(double mean) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("images", truths.size());
        json.put("compared at", "the size of the photo");
        json.put("preparation", transform.describe());
        json.put("range", protocol.minDepth() + " to " + protocol.maxDepth() + " m");
        json.put("crop", protocol.crop().toString());
        json.put("alignment", protocol.alignment().toString());
        json.put("mean over", "images");
        json.put("mean depth of the training set", mean);
        return json;
    }

    RgbImage sheet(TapReader backbone, DepthHead head) {
        Montage sheet = Montage.ofColumns(3).cellWidth(360);
        for (int i = 0; i < Math.min(pictures, truths.size()); i++) {
            DepthTruth truth = load(i);
            DepthMap found = map(backbone, head, truth.photo());
            DepthScale scale = truth.depth().scale();
            double error = protocol.evaluate(found, truth.depth()).absRel();
            sheet.add(truth.photo(), truths.name(i))
                    .add(truth.depth().coloured(scale), "truth, near is bright")
                    .add(found.coloured(scale), String.format(Locale.ROOT, "prediction, abs_rel %.3f", error));
        }
        return sheet.render();
    }

    private DepthTruth load(int index) {
        return truths.load(index, new SplittableRandom(0));
    }

    private static DepthMap flat(RgbImage photo, double metres) {
        float[] values = new float[photo.width() * photo.height()];
        Arrays.fill(values, (float) metres);
        return DepthMap.of(io.github.dino4j.depth.Quantity.DEPTH, photo.width(), photo.height(), values);
    }

    private DepthMap map(TapReader backbone, DepthHead head, RgbImage photo) {
        Pixels pixels = transform.apply(photo);
        int multiple = InputFit.multiple(backbone.config());
        try (Scope scope = Scope.inference()) {
            Tensor fitted = preset.fit().apply(Model.tensor(List.of(pixels)), multiple);
            List<Tokens> taps = backbone.read(fitted, head.taps());
            Tensor map = preset.restoration()
                    .apply(
                            head.forward(fitted, taps),
                            head.values().range(),
                            preset.fit(),
                            pixels.height(),
                            pixels.width(),
                            multiple);
            return DepthMap.of(preset.quantity(), pixels.width(), pixels.height(), map.toFloats())
                    .resize(photo.width(), photo.height());
        }
    }
}
